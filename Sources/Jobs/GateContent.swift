import Fleet
import Git
import Host
import Ledger
import Promotion
import YAML

/// What would land, as the built-in gates read it: the files that the policy's paths can name, and the policy itself.
struct GateContent: Sendable {
  let tree: ObjectID
  private let workspace: Workspace
  private let inputs: String

  /// A new rule makes old results void.
  private static let ruleVersion = 1

  init(tree: ObjectID, workspace: Workspace) async throws {
    self.tree = tree
    self.workspace = workspace
    // Names that are too long to be in a path end at the tab that no path of a policy holds.
    let layout = FleetPaths(workspace.policy)
    inputs = SHA256Digest.hex(try await workspace.repository.lines(of: tree) { layout.canName($0) })
  }

  /// Same definition and same content, same key: a result holds for as long as neither changes.
  func key(of gate: GateName) -> String {
    SHA256Digest.hex("\(gate) \(Self.ruleVersion)\n\(workspace.policyDigest)\n\(inputs)".utf8)
  }

  /// Runs a gate. What it finds wrong is a result; an error is that it could not be run.
  func result(of gate: GateName) async throws -> (result: GateRecord.Result, output: String) {
    let problems: [String]
    switch gate {
    case "yaml": problems = try await malformed()
    case "resolve": problems = try await unresolved()
    default: problems = ["there is no gate \(gate)"]
    }
    guard !problems.isEmpty else {
      return (.passed, gate == "yaml" ? "\(try await files().count) files are well-formed" : "every cluster resolves")
    }
    let shown = problems.prefix(20).joined(separator: "\n")
    return (.failed, problems.count > 20 ? "\(shown)\nand \(problems.count - 20) more" : shown)
  }

  private func files() async throws -> [FileEntry] {
    let layout = FleetPaths(workspace.policy)
    return try await workspace.repository.files(in: tree).filter { file in
      var path = file.path
      return file.mode != .submodule && path.withUTF8 { layout.canName($0) }
    }
  }

  /// Every file that a cluster could read must parse, and none may have a key twice in one mapping.
  private func malformed() async throws -> [String] {
    var problems: [String] = []
    let files = try await files()
    try await workspace.repository.bring(files.map(\.id))
    for batch in stride(from: 0, to: files.count, by: 1000).map({ files[$0..<min($0 + 1000, files.count)] }) {
      let contents = try await workspace.repository.blobs(batch.map(\.id))
      for file in batch {
        guard let bytes = contents[file.id] else { continue }
        do throws(YAMLError) {
          problems += try YAMLFile(bytes, name: file.path).duplicateKeys.map(\.description)
        } catch {
          problems.append(error.description)
        }
      }
    }
    return problems
  }

  private func unresolved() async throws -> [String] {
    do {
      _ = try await workspace.fleets.fleet(at: tree)
      return []
    } catch FleetError.invalid(let problems) {
      return problems.map(\.description)
    }
  }
}

/// What would land of a branch, and the results that its stage's gates have on it.
struct GateView: Sendable {
  let content: GateContent
  let results: [GateName: GateRecord]

  /// - Returns: nil where nothing could land: a conflict, or a stage that the policy does not have.
  init?(_ branch: PromotionBranch, policy: Policy, ledger: LedgerSnapshot, workspace: Workspace) async throws {
    guard let tree = branch.tree, let stage = policy.stage(branch.slot) else { return nil }
    content = try await GateContent(tree: tree, workspace: workspace)
    var results: [GateName: GateRecord] = [:]
    for gate in stage.gates {
      // By key: results stay for good, and only these few are of interest. One that can't be read is made again.
      results[gate] = try? await ledger.one(GateRecord.self, content.key(of: gate))
    }
    self.results = results
  }
}

/// The paths that a policy's patterns can name.
struct FleetPaths: Sendable {
  private let patterns: [PathPattern]

  init(_ policy: PolicyFile) {
    var patterns = policy.fleet.layers.map(\.pattern)
    if case .pattern(let clusters) = policy.fleet.clusters { patterns.append(clusters) }
    self.patterns = patterns + policy.components.compactMap(\.file)
  }

  func canName(_ path: UnsafeBufferPointer<UInt8>) -> Bool { patterns.contains { $0.matches(path) } }
}
