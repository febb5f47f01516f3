/// A token, password or key. It prints as `***`; only `reveal` gives the text.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let text: String

  package init(_ text: String) { self.text = text }

  package func reveal() -> String { text }
  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where a secret stands: `{env: NAME}` or `{file: PATH}`. Read when it is needed, and again when it was refused.
package struct SecretReference: Sendable, Hashable {
  package enum Source: Sendable, Hashable {
    case environment(String)
    case file(String)
  }

  package let source: Source

  package init(_ source: Source) { self.source = source }

  /// The variable that children must not inherit, if it is one.
  package var variable: String? {
    if case .environment(let name) = source { name } else { nil }
  }

  /// Reads the secret; line ends at its end are not part of it.
  /// - Throws: `HostError` when it is absent or empty.
  package func resolve(environment: [String: String]) throws(HostError) -> Secret {
    let text: String
    let place: String
    switch source {
    case .environment(let name):
      place = name
      guard let value = environment[name] else {
        throw HostError(
          .notFound, path: name, message: "the secret's variable \(name) is not set, hint: export \(name)=… and run again")
      }
      text = value
    case .file(let path):
      place = path
      let bytes = try AtomicFile.read(path, limit: 1 << 20)
      guard let decoded = String(validating: bytes, as: UTF8.self) else {
        throw HostError(.invalid, path: path, message: "the secret in \(path) is not UTF-8 text")
      }
      text = decoded
    }
    let trimmed = text.unicodeScalars.reversed().drop { $0 == "\n" || $0 == "\r" }.reversed()
    guard !trimmed.isEmpty else {
      throw HostError(.invalid, path: place, message: "the secret in \(place) is empty")
    }
    return Secret(String(String.UnicodeScalarView(trimmed)))
  }
}
