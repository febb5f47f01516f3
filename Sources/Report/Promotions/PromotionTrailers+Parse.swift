import Promotion

extension PromotionTrailers {
  /// Reads the last paragraph of a commit message.
  ///
  /// Strict: each trailer once, in its exact form; other trailers (`Signed-off-by`) may stand among them, other text may
  /// not. What does not hold to that is not a promotion's message.
  /// - Returns: nil when the message has no such paragraph.
  package init?(message: String) {
    guard let values = Self.values(in: message), let policy = values[.policy].flatMap(Self.name),
      let stage = values[.stage].flatMap(Self.name), let group = values[.group].flatMap(Self.name),
      let to = values[.to].flatMap({ Self.tuple($0, group: group) }), !to.isEmpty,
      let wave = values[.wave].flatMap(Self.wave), let clusters = values[.clusters].flatMap(Self.digest),
      let from = Self.fromSet(values[.from], group: group)
    else { return nil }
    let ledger = values[.ledger].map(String.init)
    guard ledger.map(Self.isObjectID) ?? true else { return nil }
    self.init(
      policy: policy, slot: Slot(stage: stage, group: group), from: from.tuples, omitted: from.omitted, to: to,
      wave: wave, clusters: clusters, ledger: ledger)
  }

  /// The ledger's tip that a commit of a policy carries, whatever the rest of its trailers says.
  package static func ledgerTip(inMessage message: String, policy: String) -> String? {
    guard let values = values(in: message), values[.policy].flatMap(name) == policy,
      let tip = values[.ledger].map(String.init), isObjectID(tip)
    else { return nil }
    return tip
  }

  private static let longestParagraph = 64 * 1024

  /// The trailers of the last paragraph, none twice.
  private static func values(in message: String) -> [Key: Substring]? {
    guard let lines = lastParagraph(of: message) else { return nil }
    var values: [Key: Substring] = [:]
    for line in lines {
      guard let colon = line.range(of: ": "), isToken(line[..<colon.lowerBound]) else { return nil }
      // Names compare as git compares them, so that a second spelling can't say something else.
      let name = line[..<colon.lowerBound].lowercased()
      guard let key = Key.allCases.first(where: { $0.rawValue.lowercased() == name }) else { continue }
      guard values.updateValue(line[colon.upperBound...], forKey: key) == nil else { return nil }
    }
    return values.isEmpty ? nil : values
  }

  /// The lines of the last paragraph; nil when it is the only one (a subject) or longer than any that Sluice writes.
  private static func lastParagraph(of message: String) -> [Substring]? {
    // Over bytes, since a carriage return and a line feed are one Character.
    let all = Array(message.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    func isBlank(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }
    guard let end = all.lastIndex(where: { !isBlank($0) }), let gap = all[..<end].lastIndex(where: isBlank) else { return nil }
    let paragraph = all[(gap + 1)...end]
    guard paragraph.reduce(0, { $0 + $1.count + 1 }) <= longestParagraph else { return nil }
    return paragraph.map { Substring(decoding: $0, as: UTF8.self) }
  }

  private static func isToken(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: byte == UInt8(ascii: "-")
        }
      }
  }

  private static func name(_ text: Substring) -> String? {
    TrailerValue.decoded(text).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// `kubernetes=1.31.4,automation=2.0`, or the bare version of a group of one.
  private static func tuple(_ text: Substring, group: GroupName) -> VersionTuple? {
    guard text.utf8.contains(UInt8(ascii: "=")) else { return name(text).map { VersionTuple([group: Version($0)]) } }
    var versions: [ComponentName: Version] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let component = name(sides[0]), let version = name(sides[1]),
        versions.updateValue(Version(version), forKey: component) == nil
      else { return nil }
    }
    return VersionTuple(versions)
  }

  private static func fromSet(_ text: Substring?, group: GroupName) -> (tuples: [VersionTuple], omitted: Int)? {
    guard let text else { return ([], 0) }
    var parts = parts(of: text)
    var omitted = 0
    if let last = parts.last, last.hasSuffix(" more") {
      guard let count = count(last.dropLast(5)) else { return nil }
      omitted = count
      parts.removeLast()
    }
    let tuples = parts.compactMap { tuple($0, group: group) }
    guard tuples.count == parts.count, !tuples.isEmpty, tuples.count <= listedTuples else { return nil }
    return (tuples, omitted)
  }

  private static func parts(of text: Substring) -> [Substring] {
    var parts: [Substring] = []
    var rest = text
    while let sign = rest.range(of: "; ") {
      parts.append(rest[..<sign.lowerBound])
      rest = rest[sign.upperBound...]
    }
    return parts + [rest]
  }

  private static func wave(_ text: Substring) -> Wave? {
    let sides = text.split(separator: "/", omittingEmptySubsequences: false)
    guard sides.count == 2, let number = count(sides[0]), let count = count(sides[1]), number <= count else { return nil }
    return Wave(number: number, count: count)
  }

  private static func digest(_ text: Substring) -> ClusterDigest? {
    guard let sign = text.range(of: " sha256:"), let count = count(text[..<sign.lowerBound]) else { return nil }
    let hex = text[sign.upperBound...]
    return hex.utf8.count == 16 && isHex(hex) ? ClusterDigest(count: count, hex: String(hex)) : nil
  }

  /// A whole number from 1, written in one way only.
  private static func count(_ text: some StringProtocol) -> Int? {
    Int(text).flatMap { $0 > 0 && String($0) == text ? $0 : nil }
  }

  private static func isObjectID(_ text: String) -> Bool { (text.utf8.count == 40 || text.utf8.count == 64) && isHex(text) }

  private static func isHex(_ text: some StringProtocol) -> Bool {
    text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
      default: false
      }
    }
  }
}

extension Substring {
  /// The first place of a short text; the standard library has it only with an import that costs start-up time.
  fileprivate func range(of text: String) -> Range<Substring.Index>? {
    let wanted = Array(text.utf8)
    var start = startIndex
    while start < endIndex {
      if utf8[start...].starts(with: wanted) { return start..<utf8.index(start, offsetBy: wanted.count) }
      start = utf8.index(after: start)
    }
    return nil
  }
}
