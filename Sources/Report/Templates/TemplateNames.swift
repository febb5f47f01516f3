/// The names that a template of a pull request can use, and what each is.
enum TemplateNames {
  indirect enum Kind {
    case text, flag, number
    case object([String: Kind])
    /// Of objects with these members; of texts where there are none.
    case list([String: Kind])
  }

  static let sections = ["sentence", "why", "components", "clusters", "evidence", "gates", "changes", "revert"]

  static let all: [String: Kind] = [
    "section": .object(texts(sections)),
    "policy": .text, "stage": .text, "group": .text, "from": .text, "to": .text, "count": .text, "wave": .text, "waves": .text,
    "isPromotion": .flag, "isTakeBack": .flag, "isConsolidation": .flag, "hasWaves": .flag,
    "approvals": .object(texts(["needed", "given", "by"])),
    "clusterNames": .list([:]), "reasons": .list([:]),
    "components": .list(texts(["name", "from", "to"])), "files": .list(texts(["path", "change"])),
    "gates": .list(texts(["name", "state", "detail"], flags: ["hasPassed", "hasFailed"])),
    "evidence": .list(texts(["stage", "versions", "clusters", "qualifiedAt"])),
    "discoveries": .list(texts(["component", "version", "published", "firstSeen"])),
    "changes": .list(texts(["clusters", "field", "from", "to"])),
  ]

  private static func texts(_ names: [String], flags: [String] = []) -> [String: Kind] {
    Dictionary(uniqueKeysWithValues: names.map { ($0, Kind.text) } + flags.map { ($0, .flag) })
  }

  /// The names in a template that nothing has, each with its place and the nearest that there is:
  /// ``clusterNmes (line 3, column 5), did you mean `clusterNames`?``. Such a tag renders nothing.
  static func unknown(in tags: [TemplateTag]) -> [String] {
    var scopes: [(members: [String: Kind], isList: Bool)] = [(all, false)]
    var unknown: [String] = []
    for tag in tags {
      if tag.kind == .close {
        if scopes.count > 1 { scopes.removeLast() }
        continue
      }
      let kind = kind(of: tag, in: scopes)
      if kind == nil { unknown.append(words(tag, scopes.flatMap(\.members.keys))) }
      guard tag.kind == .section || tag.kind == .inverted else { continue }
      switch kind {
      case .list(let members) where tag.kind == .section: scopes.append((members, true))
      case .object(let members) where tag.kind == .section: scopes.append((members, false))
      default: scopes.append(([:], false))
      }
    }
    return unknown
  }

  private static func kind(of tag: TemplateTag, in scopes: [(members: [String: Kind], isList: Bool)]) -> Kind? {
    var kind: Kind? = .text
    if let first = tag.path.first {
      kind = scopes.reversed().lazy.compactMap { $0.members[first] }.first
      for name in tag.path.dropFirst() { kind = kind.flatMap { member(name, of: $0) } }
    } else if !tag.transforms.isEmpty {
      // `{{index()}}` and the like, of the list that a tag stands in.
      guard scopes.last?.isList == true, tag.transforms.count == 1 else { return nil }
      switch tag.transforms[0] {
      case "index": return .number
      case "first", "last", "even", "odd": return .flag
      default: return nil
      }
    }
    for transform in tag.transforms.reversed() { kind = kind.flatMap { result(of: transform, on: $0) } }
    return kind
  }

  private static func member(_ name: String, of kind: Kind) -> Kind? {
    switch kind {
    case .text: name == "code" ? .text : nil
    case .object(let members): members[name]
    default: nil
    }
  }

  private static func result(of transform: String, on kind: Kind) -> Kind? {
    switch (kind, transform) {
    case (.list, "count"): .number
    case (.list, "empty"): .flag
    case (.list, "reversed"): kind
    case (.list(let members), "first"), (.list(let members), "last"): members.isEmpty ? .text : .object(members)
    case (.number, "plusone"), (.number, "minusone"): .number
    case (.number, "even"), (.number, "odd"), (.number, "equalzero"): .flag
    default: nil
    }
  }

  private static func words(_ tag: TemplateTag, _ known: [String]) -> String {
    let path = tag.path.joined(separator: ".")
    let name = tag.transforms.map { "\($0)(" }.joined() + path + String(repeating: ")", count: tag.transforms.count)
    let nearest = Self.nearest(tag.path, known)
    return "\(PlainText.line(name, limit: 80)) (line \(tag.line), column \(tag.column))"
      + (nearest.map { ", did you mean `\($0)`?" } ?? "")
  }

  /// Of the first part that nothing has.
  private static func nearest(_ path: [String], _ known: [String]) -> String? {
    guard let first = path.first else { return nil }
    guard case .object(let members) = all[first], path.count == 2 else {
      return known.contains(first) ? nil : NearestName.of(first, among: known)
    }
    return NearestName.of(path[1], among: members.keys).map { "\(first).\($0)" }
  }
}
