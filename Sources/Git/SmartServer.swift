import HTTP

/// What is known of the server of a repository over HTTP; remembered beside the cache, so that a run need not ask.
struct SmartServer: Hashable, Sendable {
  enum Feature: String, CaseIterable, Sendable {
    /// Version 2 of the protocol, and not the one before that had no number.
    case version2
    /// Commits and trees come without files, and files by their ids.
    case partial
    /// It names the default branch of a repository without commits.
    case unborn
    /// In version 2 no word may be said that the server does not know.
    case agent, format
  }

  /// Where the repository really is, without a slash at the end: the address, or what it redirects to.
  var base: String
  var features: Set<Feature>

  var isVersion2: Bool { features.contains(.version2) }
  var isPartial: Bool { features.contains(.partial) }

  init(base: String, features: Set<Feature>) { (self.base, self.features) = (base, features) }

  private static let mark = "sluice-server 1"

  /// Reads what `text` gave; nil for anything else.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count == 4, lines[0] == Self.mark, lines[3].isEmpty, let url = try? HTTPURL(lines[1]) else { return nil }
    self.init(base: url.trimmed, features: Set(lines[2].split(separator: " ").compactMap { Feature(rawValue: String($0)) }))
  }

  var text: String {
    let words = Feature.allCases.filter(features.contains).map(\.rawValue)
    return "\(Self.mark)\n\(base)\n\(words.joined(separator: " "))\n"
  }

  /// What a request of version 2 begins with.
  func command(_ name: String) -> PacketWriter {
    var body = PacketWriter()
    body.line("command=" + name)
    if features.contains(.agent) { body.line("agent=sluice") }
    if features.contains(.format) { body.line("object-format=sha1") }
    body.delimiter()
    return body
  }
}

/// What a server says of itself: what it can, and before version 2 its references too.
struct Advertisement: Sendable {
  var references: [String: ObjectID] = [:]
  /// What HEAD points to.
  var head: String?
  var capabilities: Set<String> = []
  var isVersion2 = false

  init() {}

  /// Reads the answer to `GET info/refs`.
  init(_ bytes: [UInt8]) throws(PacketReader.Failure) {
    var reader = PacketReader(bytes)
    var (isBeforeAll, isEnded) = (false, false)
    while let packet = try reader.next() {
      guard case .data(let content) = packet, let line = packet.line else {
        // One stands behind the service's name too, before anything is said.
        isEnded = !isBeforeAll
        isBeforeAll = false
        continue
      }
      if line.hasPrefix("# service=") {
        isBeforeAll = true
      } else if line == "version 1" {
        continue
      } else if line == "version 2" {
        isVersion2 = true
      } else if isVersion2 {
        capabilities.insert(line)
      } else {
        add(content)
      }
    }
    // The list ends in a flush packet; one without is cut off.
    guard isEnded, reader.isBetweenPackets else { throw PacketReader.Failure() }
    for capability in capabilities where capability.hasPrefix("symref=HEAD:") {
      head = String(capability.dropFirst("symref=HEAD:".count))
    }
  }

  /// `<id> <name>`, behind the first of them a NUL and the capabilities.
  private mutating func add(_ content: ArraySlice<UInt8>) {
    let parts = content.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count > 1 { capabilities = Set(String(decoding: parts[1], as: UTF8.self).split(separator: " ").map(Self.plain)) }
    let words = Self.plain(String(decoding: parts[0], as: UTF8.self)[...]).split(separator: " ", maxSplits: 1)
    guard words.count == 2, let id = ObjectID(hex: String(words[0])) else { return }
    if words[1].hasPrefix("refs/"), !words[1].hasSuffix("^{}") { references[String(words[1])] = id }
  }

  private static func plain(_ text: Substring) -> String { String(text.last == "\n" ? text.dropLast() : text) }

  /// What a value of several words (`fetch=shallow filter`) holds.
  func words(of name: String) -> Set<Substring> {
    guard let capability = capabilities.first(where: { $0.hasPrefix(name + "=") }) else { return [] }
    return Set(capability.dropFirst(name.count + 1).split(separator: " "))
  }

  func server(at base: String) -> SmartServer {
    var features: Set<SmartServer.Feature> = []
    func has(_ name: String) -> Bool { capabilities.contains { $0 == name || $0.hasPrefix(name + "=") } }
    guard isVersion2 else {
      // Files by their ids are for those only whom the server lets.
      if has("filter"), has("allow-reachable-sha1-in-want") { features.insert(.partial) }
      return SmartServer(base: base, features: features)
    }
    features.insert(.version2)
    if words(of: "fetch").contains("filter") { features.insert(.partial) }
    if words(of: "ls-refs").contains("unborn") { features.insert(.unborn) }
    if has("agent") { features.insert(.agent) }
    if has("object-format") { features.insert(.format) }
    return SmartServer(base: base, features: features)
  }
}

extension HTTPURL {
  /// The address without slashes at its end.
  var trimmed: String { String(text.reversed().drop { $0 == "/" }.reversed()) }
}
