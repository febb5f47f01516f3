import Host
import Promotion
import YAML

/// Reads values out of nodes, and collects everything that is wrong with them.
struct PolicyReader {
  let file: String
  let zones: ZoneFolder
  private(set) var problems: [Problem] = []

  init(file: String, zones: ZoneFolder) {
    self.file = file
    self.zones = zones
  }

  /// A mapping whose keys have been checked.
  struct Section {
    let name: String
    let node: YAMLNode
    fileprivate(set) var entries: [(key: String, keyNode: YAMLNode, value: YAMLNode)] = []

    subscript(key: String) -> YAMLNode? { entries.first { $0.key == key }?.value }
  }

  func place(_ node: YAMLNode) -> Place {
    let position = node.position
    return Place(file: file, line: position.line, column: position.column)
  }

  mutating func report(_ message: String, at node: YAMLNode, hint: String? = nil) {
    problems.append(Problem(message, at: place(node), hint: hint))
  }

  mutating func report(_ problem: Problem) { problems.append(problem) }

  mutating func reportUnsupported(_ what: String, at node: YAMLNode, hint: String? = nil) {
    report("\(what) is not supported yet", at: node, hint: hint)
  }

  // MARK: Mappings

  /// A mapping with known keys. Keys that the design knows and this version does not serve are named as such; a key without a
  /// value is an error and left out.
  ///
  /// - Parameter elsewhere: Keys that people may look for here, and what to write instead.
  mutating func section(
    _ node: YAMLNode, _ name: String, keys: [String], elsewhere: [String: String] = [:], later: [String] = []
  ) -> Section? {
    guard var section = freeSection(node, name) else { return nil }
    section.entries.removeAll { entry in
      if keys.contains(entry.key) { return false }
      if later.contains(entry.key) {
        reportUnsupported("\"\(entry.key)\" in \(name)", at: entry.keyNode)
      } else if let hint = elsewhere[entry.key] {
        report("\"\(entry.key)\" does not stand in \(name)", at: entry.keyNode, hint: hint)
      } else {
        report(
          "unknown key \"\(entry.key)\" in \(name)", at: entry.keyNode,
          hint: NearestName.hint(entry.key, in: keys) ?? "remove it")
      }
      return true
    }
    return section
  }

  /// A mapping whose keys are names that the operator chose.
  mutating func freeSection(_ node: YAMLNode, _ name: String) -> Section? {
    guard node.kind == .mapping else {
      report("\(name) must be a mapping, not \(Self.describe(node))", at: node, hint: "write key: value")
      return nil
    }
    var section = Section(name: name, node: node)
    for entry in node.entries {
      if section.entries.contains(where: { $0.key == entry.key }) {
        report("\"\(entry.key)\" is given twice in \(name)", at: entry.keyNode, hint: "remove one")
      } else if entry.value.kind == .scalar, entry.value.isNull {
        report("\"\(entry.key)\" in \(name) has no value", at: entry.keyNode, hint: "give one or remove the key")
      } else {
        section.entries.append((entry.key, entry.keyNode, entry.value))
      }
    }
    return section
  }

  /// Reports a required key that is absent.
  mutating func require(_ key: String, in section: Section, hint: String) -> YAMLNode? {
    if let node = section[key] { return node }
    let isPresentWithoutValue = section.node.kind == .mapping && section.node.entries.contains { $0.key == key }
    if !isPresentWithoutValue { report("\(section.name) lacks \"\(key)\"", at: section.node, hint: hint) }
    return nil
  }

  // MARK: Scalars and lists

  mutating func text(_ node: YAMLNode, _ what: String) -> String? {
    guard node.kind == .scalar else {
      report("\(what) must be a text, not \(Self.describe(node))", at: node)
      return nil
    }
    if node.text.isEmpty {
      report("\(what) is empty", at: node)
      return nil
    }
    if node.text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }) {
      report("\(what) holds a control character", at: node)
      return nil
    }
    return node.text
  }

  mutating func texts(_ node: YAMLNode, _ what: String, hint: String) -> [(text: String, node: YAMLNode)]? {
    guard node.kind == .sequence else {
      report("\(what) must be a list, not \(Self.describe(node))", at: node, hint: hint)
      return nil
    }
    let found = node.elements.map { (text($0, "an element of \(what)"), $0) }
    guard found.allSatisfy({ $0.0 != nil }) else { return nil }
    return found.compactMap { text, node in text.map { ($0, node) } }
  }

  /// One text, or a list of them.
  mutating func textOrTexts(_ node: YAMLNode, _ what: String) -> [(text: String, node: YAMLNode)]? {
    if node.kind == .scalar { return text(node, what).map { [($0, node)] } }
    return texts(node, what, hint: "write a name or [a, b]")
  }

  mutating func name(_ node: YAMLNode, _ what: String) -> String? {
    guard let text = text(node, what) else { return nil }
    return checkName(text, what, at: node) ? text : nil
  }

  mutating func checkName(_ text: String, _ what: String, at node: YAMLNode) -> Bool {
    if PolicyText.isName(text) { return true }
    report("\(what) \"\(text)\" is no name", at: node, hint: PolicyText.nameForm)
    return false
  }

  mutating func duration(_ node: YAMLNode?, _ what: String, default length: Duration) -> Duration {
    guard let node, let text = text(node, what) else { return length }
    if let duration = PolicyText.duration(text) { return duration }
    report("\(what) \"\(text)\" is no length of time", at: node, hint: "write a number and ms, s, m, h or d, like 90m")
    return length
  }

  mutating func share(_ node: YAMLNode?, _ what: String, default share: Share) -> Share {
    guard let node, let text = text(node, what) else { return share }
    if let share = PolicyText.share(text) { return share }
    report("\(what) \"\(text)\" is neither a share nor a count", at: node, hint: "write like 50% or 3")
    return share
  }

  mutating func count(_ node: YAMLNode?, _ what: String, in range: ClosedRange<Int>) -> Int? {
    guard let node, let text = text(node, what) else { return nil }
    if let count = PolicyText.wholeNumber(text), range.contains(count) { return count }
    report("\(what) \"\(text)\" is no number from \(range.lowerBound) to \(range.upperBound)", at: node)
    return nil
  }

  /// One of some words; `later` are those that the design knows and this version does not serve.
  mutating func word<Word: RawRepresentable>(
    _ node: YAMLNode?, _ what: String, of words: [Word], default word: Word, later: [String] = []
  ) -> Word where Word.RawValue == String {
    guard let node, let text = text(node, what) else { return word }
    if let found = Word(rawValue: text) { return found }
    let words = words.map(\.rawValue)
    if later.contains(text) {
      reportUnsupported("\(what) \(text)", at: node, hint: "one of " + words.joined(separator: ", "))
    } else {
      report("unknown \(what) \"\(text)\"", at: node, hint: NearestName.hint(text, in: words))
    }
    return word
  }

  mutating func flag(_ node: YAMLNode?, _ what: String) -> Bool {
    guard let node, let text = text(node, what) else { return false }
    if text != "true" && text != "false" { report("\(what) \"\(text)\" is neither true nor false", at: node) }
    return text == "true"
  }

  mutating func command(_ node: YAMLNode, _ what: String) -> [String]? {
    let hint = "write the command and its arguments as a list, like [../scripts/run, \"{cluster}\"]; there is no shell"
    guard let parts = texts(node, what, hint: hint) else { return nil }
    if parts.isEmpty {
      report("\(what) is empty", at: node, hint: hint)
      return nil
    }
    return parts.map(\.text)
  }

  mutating func path(_ node: YAMLNode, _ what: String) -> PathPattern? {
    guard let text = text(node, what) else { return nil }
    do {
      return try PathPattern(text)
    } catch {
      report("\(what): \(error.message)", at: node, hint: error.hint)
      return nil
    }
  }

  mutating func field(_ text: String, _ what: String, at node: YAMLNode) -> FieldPath? {
    do {
      return try FieldPath(text)
    } catch {
      report("\(what) \"\(text)\": \(error.message)", at: node, hint: error.hint)
      return nil
    }
  }

  static func describe(_ node: YAMLNode) -> String {
    switch node.kind {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar: node.isNull ? "nothing" : "\"\(node.text.prefix(40))\""
    }
  }
}
