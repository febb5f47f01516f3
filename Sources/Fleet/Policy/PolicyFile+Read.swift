package import Host
import Promotion
import YAML

extension PolicyFile {
  /// Reads a policy file.
  ///
  /// - Parameters:
  ///   - name: The file's name in messages.
  ///   - folder: What relative paths in it resolve against.
  ///   - zones: Where the time zones of its windows and freezes are.
  /// - Throws: Every error at once, in the order of their places.
  package static func read(
    _ bytes: [UInt8], name: String, folder: String, zones: ZoneFolder = .system
  ) throws(PolicyError) -> PolicyFile {
    let root: YAMLNode
    do {
      let documents = try YAMLFile(bytes, name: name).documents.compactMap(\.root)
      guard let first = documents.first else {
        let place = Place(file: name, line: 1, column: 1)
        throw PolicyError(problems: [Problem("the policy is empty", at: place, hint: "begin with repository: {url: …}")])
      }
      if documents.count > 1 {
        let position = documents[1].position
        let place = Place(file: name, line: position.line, column: position.column)
        throw PolicyError(problems: [
          Problem("a policy is one document, this is a second", at: place, hint: "put it in a file of its own")
        ])
      }
      root = first
    } catch let error as YAMLError {
      throw PolicyError(problems: [Problem(error)])
    } catch let error as PolicyError {
      throw error
    } catch {
      throw PolicyError(problems: [Problem("\(error)", at: nil)])
    }
    var reader = PolicyReader(file: name, zones: zones)
    if var policy = reader.policy(root, folder: folder), reader.problems.isEmpty {
      policy.contents = bytes
      return policy
    }
    throw PolicyError(problems: Problem.sorted(reader.problems))
  }
}

extension Problem {
  init(_ error: YAMLError) {
    self.init(error.message, at: Place(file: error.file, line: error.line, column: error.column), hint: error.hint)
  }
}

extension PolicyReader {
  private static let keys = [
    "name", "repository", "forge", "fleet", "components", "groups", "connect", "health", "stages", "gates", "maxGap", "windows",
    "freezes", "observeOnly",
  ]

  /// Gives nil only after something was reported.
  fileprivate mutating func policy(_ root: YAMLNode, folder: String) -> PolicyFile? {
    guard
      let top = section(root, "the policy", keys: Self.keys, later: ["notify"])
    else { return nil }
    let name = policyName(top)
    let repository = require("repository", in: top, hint: "write repository: {url: …}").flatMap { self.repository($0) }
    let forge = self.forge(top["forge"], repository: repository)
    let layout = require("fleet", in: top, hint: "write fleet: {clusters: …, layers: […]}").flatMap { fleet($0) }
    let components = self.components(top, layout: layout)
    let groups = self.groups(top["groups"], components: components.map(\.promotion))
    let connect = top["connect"].flatMap { self.connect($0) }
    let health = self.health(top["health"])
    if connect != nil || top["connect"] == nil { checkObserving(components, connect, top["health"]) }
    let gates = self.gates(top["gates"])
    let windows = self.windows(top["windows"])
    let known = Known(
      gates: gates, groups: groups, windows: top["windows"]?.entries.map(\.key) ?? [], forge: forge.kind)
    let stages = self.stages(top, known)
    let freezes = self.freezes(top["freezes"], stages: stages.map(\.promotion.name))
    let observeOnly = flag(top["observeOnly"], "observeOnly")
    let maxGap = duration(top["maxGap"], "maxGap", default: .seconds(3600))
    guard let repository, let layout else { return nil }
    return PolicyFile(
      file: file, folder: folder,
      promotion: Policy(
        name: name, components: components.map(\.promotion), groups: groups, stages: stages.map(\.promotion),
        maxGap: maxGap),
      repository: repository, forge: forge, fleet: layout, components: components.map(\.settings), connect: connect,
      health: health,
      stages: stages.map(\.settings), windows: windows, freezes: freezes, observeOnly: observeOnly)
  }

  /// The name given, or else that of the file without its extension.
  private mutating func policyName(_ top: Section) -> String {
    if let node = top["name"] { return name(node, "the policy's name") ?? "policy" }
    let base = file.split(separator: "/").last.map(String.init) ?? file
    let stem = base.lastIndex(of: ".").map { String(base[..<$0]) } ?? base
    if !PolicyText.isName(stem) {
      report(
        "the file's name \"\(stem)\" can't be the policy's name", at: top.node, hint: "write name: …; \(PolicyText.nameForm)")
    }
    return stem
  }

  /// The names of the policy's own gates. They are known, so that stages may name them, but none can run yet.
  private mutating func gates(_ node: YAMLNode?) -> [GateName] {
    guard let node, let gates = freeSection(node, "gates") else { return [] }
    for gate in gates.entries where checkName(gate.key, "gate", at: gate.keyNode) {
      if PolicyReader.builtInGates.contains(gate.key) {
        report("gate \"\(gate.key)\" is built in and can't be defined", at: gate.keyNode, hint: "give yours another name")
      } else if let gate = section(
        gate.value, "gate \(gate.key)", keys: [], later: ["run", "status", "inputs", "timeout", "isolate"])
      {
        if gate.node.entries.isEmpty {
          reportUnsupported("\(gate.name)", at: gate.node, hint: "yaml and resolve are built in")
        }
      }
    }
    return gates.entries.map(\.key)
  }

  static let builtInGates: [GateName] = ["yaml", "resolve"]
}
