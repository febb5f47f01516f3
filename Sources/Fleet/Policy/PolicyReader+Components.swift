import Promotion
import YAML

extension PolicyReader {
  /// A component as the planner and as the rooms above see it.
  struct ReadComponent {
    let promotion: Component
    let settings: ComponentSettings
    /// Whether it says where its running version is read, rightly or not.
    let saysWhere: Bool
  }

  private enum OrderWord: String, CaseIterable { case semver, natural, seen }

  mutating func components(_ top: Section, layout: FleetLayout?) -> [ReadComponent] {
    guard
      let node = require("components", in: top, hint: "write components: {kubernetes: {field: versions.kubernetes}}"),
      let section = freeSection(node, "components")
    else { return [] }
    if section.entries.isEmpty { report("components is empty", at: node, hint: "name a component") }
    let names = section.entries.map(\.key)
    return section.entries.compactMap { entry in
      guard checkName(entry.key, "component", at: entry.keyNode) else { return nil }
      return component(entry.key, entry.value, keyNode: entry.keyNode, names: names, layout: layout)
    }
  }

  private mutating func component(
    _ name: ComponentName, _ node: YAMLNode, keyNode: YAMLNode, names: [ComponentName], layout: FleetLayout?
  ) -> ReadComponent? {
    let keys = [
      "field", "file", "value", "allow", "order", "suffix", "step", "goesBack", "requires", "minimumAge", "upstream",
      "observe", "probes",
    ]
    guard let section = self.section(node, "component \(name)", keys: keys) else { return nil }
    var component = Component(name: name)
    component.order = order(section)
    component.allow = section["allow"].flatMap { allow($0, component.order) }
    component.step = word(section["step"], "step", of: [.any, .minor], default: .any)
    let observe = section["observe"].flatMap { self.observe($0, of: name) }
    // A cluster's own version goes back within its minor alone, unless a person knows better.
    component.goesBack = word(
      section["goesBack"], "goesBack", of: [.always, .patch, .never], default: observe?.isKubernetes == true ? .patch : .always)
    if component.step == .minor, !component.order.isSemantic, let node = section["step"] {
      report("step: minor needs order: semver", at: node, hint: "remove step or order")
    }
    if let node = section["requires"] { component.requires = requires(node, of: name, names: names) }
    component.minimumAge = duration(section["minimumAge"], "minimumAge", default: .zero)
    let upstream = section["upstream"].flatMap { self.upstream($0) }
    component.hasUpstream = upstream != nil
    let file = section["file"].flatMap { path($0, "file") }
    if let file, let node = section["file"] { checkPlaceholders(file, at: node) }
    if section["file"] == nil, let layout, layout.layers.isEmpty {
      report("component \(name) has no file, and the fleet has no layers", at: keyNode, hint: "add file: or fleet.layers")
    }
    let value = section["value"].flatMap { pattern($0, "value", example: "ghcr.io/acme/api:{version}") }
    guard let fieldNode = require("field", in: section, hint: "write field: versions.\(name)"),
      let text = self.text(fieldNode, "field"), let field = field(text, "field", at: fieldNode)
    else { return nil }
    return ReadComponent(
      promotion: component,
      settings: ComponentSettings(
        name: name, field: field, place: place(fieldNode), file: file, value: value, upstream: upstream, observe: observe,
        probes: section["probes"].map { probes($0) } ?? []), saysWhere: node.entries.contains { $0.key == "observe" })
  }

  private mutating func order(_ section: Section) -> VersionOrder {
    let suffix = section["suffix"].flatMap { text($0, "suffix") }
    let order = word(section["order"], "order", of: OrderWord.allCases, default: OrderWord.semver)
    if order != .semver, let node = section["suffix"] {
      report("suffix needs order: semver", at: node, hint: "remove suffix or order")
    }
    return switch order {
    case .semver: .semver(suffix: suffix)
    case .natural: .natural
    case .seen: .seen
    }
  }

  private mutating func allow(_ node: YAMLNode, _ order: VersionOrder) -> AllowRule? {
    guard let text = self.text(node, "allow") else { return nil }
    guard case .semver = order else { return .pattern(text) }
    return range(text, "allow", at: node).map { .range($0) }
  }

  private mutating func range(_ text: String, _ what: String, at node: YAMLNode) -> VersionRange? {
    do {
      return try VersionRange(text)
    } catch {
      report("\(what): \(error)", at: node)
      return nil
    }
  }

  private mutating func requires(_ node: YAMLNode, of name: ComponentName, names: [ComponentName]) -> [Requirement] {
    guard let section = freeSection(node, "requires") else { return [] }
    return section.entries.compactMap { entry in
      if entry.key == name {
        report("component \(name) can't require itself", at: entry.keyNode)
      } else if !names.contains(entry.key) {
        report(
          "unknown component \"\(entry.key)\" in requires", at: entry.keyNode, hint: NearestName.hint(entry.key, in: names))
      }
      guard let text = self.text(entry.value, "requires") else { return nil }
      var example = text
      for (placeholder, value) in [("{major}", "1"), ("{minor}", "1.2"), ("{version}", "1.2.3")] {
        example = example.split(separator: placeholder, omittingEmptySubsequences: false).joined(separator: value)
      }
      if example.contains("{") {
        report("unknown placeholder in \"\(text)\"", at: entry.value, hint: "one of {major}, {minor}, {version}")
      } else {
        _ = range(example, "requires", at: entry.value)
      }
      return Requirement(component: entry.key, range: text)
    }
  }

  private mutating func pattern(_ node: YAMLNode, _ what: String, example: String) -> ValuePattern? {
    guard let text = self.text(node, what) else { return nil }
    do {
      return try ValuePattern(text)
    } catch {
      report("\(what): \(error.message)", at: node, hint: error.hint ?? "write like \(example)")
      return nil
    }
  }

  // MARK: upstream

  private static let laterSources = [
    "kubernetes", "oci", "helm", "releases", "gitReleases", "githubReleases", "gitlabReleases", "gitBranch", "http", "run",
  ]

  private mutating func upstream(_ node: YAMLNode) -> UpstreamSettings? {
    let hint = "write upstream: {gitTags: {url: …}} or upstream: {list: [1.2.3]}"
    guard let section = self.section(node, "upstream", keys: ["gitTags", "list"], later: Self.laterSources) else { return nil }
    guard section.entries.count == 1, let source = section.entries.first else {
      if section.entries.count == node.entries.count { report("upstream needs one source", at: node, hint: hint) }
      return nil
    }
    return source.key == "list" ? list(source.value) : gitTags(source.value)
  }

  private mutating func list(_ node: YAMLNode) -> UpstreamSettings? {
    guard let texts = self.texts(node, "list", hint: "write list: [1.2.3, 1.2.4]") else { return nil }
    var seen: Set<String> = []
    for (text, node) in texts {
      if !seen.insert(text).inserted { report("version \"\(text)\" is listed twice", at: node, hint: "remove one") }
      if case .version = VersionText.read(text, nil) { continue }
      report("\"\(text)\" can't be a version", at: node, hint: "a version holds no space and has at most 256 bytes")
    }
    return .list(texts.map(\.text))
  }

  private mutating func gitTags(_ node: YAMLNode) -> UpstreamSettings? {
    guard let section = self.section(node, "gitTags", keys: ["url", "tag"], later: ["credentials"]) else { return nil }
    var tag = "{version}"
    if let node = section["tag"], let text = text(node, "tag") {
      if let pattern = self.pattern(node, "tag", example: "v{version}"), pattern.hasDigest {
        report("tag \"\(text)\" can't hold {digest}", at: node)
      }
      tag = text
    }
    guard let urlNode = require("url", in: section, hint: "write url: of the repository whose tags are versions"),
      let url = text(urlNode, "url"), checkRemote(url, at: urlNode)
    else { return nil }
    return .gitTags(url: url, tag: tag)
  }

  // MARK: groups

  /// The groups given, and a group of one for every other component, in the order of the components.
  mutating func groups(_ node: YAMLNode?, components: [Component]) -> [Group] {
    let names = components.map(\.name)
    var owner: [ComponentName: GroupName] = [:]
    var given: [GroupName: Group] = [:]
    let section = node.flatMap { freeSection($0, "groups") }
    for entry in section?.entries ?? [] where checkName(entry.key, "group", at: entry.keyNode) {
      let members = self.members(of: entry.key, entry.value, names: names, owner: &owner)
      if names.contains(entry.key), members != [entry.key] {
        report("group \"\(entry.key)\" bears the name of a component", at: entry.keyNode, hint: "give the group another name")
      }
      if members.count == 1, members[0] != entry.key {
        report(
          "group \"\(entry.key)\" has only the component \(members[0])", at: entry.keyNode,
          hint: "a component alone is a group of its own name: remove the group")
      }
      given[entry.key] = Group(name: entry.key, components: members)
    }
    var groups: [Group] = []
    for name in names {
      let group = owner[name].flatMap { given[$0] } ?? Group(name: name, components: [name])
      if !groups.contains(where: { $0.name == group.name }) { groups.append(group) }
    }
    return groups
  }

  private mutating func members(
    of group: GroupName, _ node: YAMLNode, names: [ComponentName], owner: inout [ComponentName: GroupName]
  ) -> [ComponentName] {
    guard let texts = self.texts(node, "group \(group)", hint: "write \(group): [a, b]") else { return [] }
    if texts.isEmpty { report("group \"\(group)\" is empty", at: node, hint: "name its components") }
    var members: [ComponentName] = []
    for (name, node) in texts {
      if !names.contains(name) {
        report("unknown component \"\(name)\" in group \(group)", at: node, hint: NearestName.hint(name, in: names))
      } else if members.contains(name) {
        report("component \(name) is twice in group \(group)", at: node, hint: "remove one")
      } else if let other = owner[name] {
        report("component \(name) is in two groups, \(other) and \(group)", at: node, hint: "remove it from one")
      } else {
        owner[name] = group
        members.append(name)
      }
    }
    return members
  }
}

extension VersionOrder {
  fileprivate var isSemantic: Bool { if case .semver = self { true } else { false } }
}
