import Fleet
import Host
import Promotion

/// A version that somebody wrote down: in a ConfigMap, in a JSON answer, on a command's output.
enum WrittenVersion {
  /// As the config's own field is read, where the component's pattern occurs in the text; else all of the text is the version:
  /// a config that says `ghcr.io/acme/api:1.2` may stand beside an answer of `1.2`.
  static func read(_ text: String, _ pattern: ValuePattern?, in place: String) throws(NoAnswer) -> Version {
    let text = text.trimmed
    var reading = VersionText.read(text, pattern)
    if reading == .absent, pattern != nil { reading = VersionText.read(text, nil) }
    switch reading {
    case .version(let version):
      guard !version.text.unicodeScalars.contains(where: \.isControl) else {
        throw NoAnswer("\(place) holds a control character")
      }
      return version
    case .absent: throw NoAnswer("\(place) is empty")
    case .ambiguous: throw NoAnswer("\(place) holds \(pattern.map { "\($0)" } ?? "it") more than once: \(shown(text))")
    case .unusable(let why): throw NoAnswer("\(place) is no version, \(why): \(shown(text))")
    }
  }

  private static func shown(_ text: String) -> String { "\"\(OneLine.text(text, limit: 80))\"" }
}

extension String {
  var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
