import FakeKubernetes
import Foundation
import TestSupport

/// A world whose clusters are asked through their own API: the component `app` is the version of Kubernetes itself.
final class APIWorld: Sendable {
  let world: World
  let server: FakeServer

  struct Plan: Sendable {
    var tiers: [(name: String, clusters: [String])] = [("dev", ["d1", "d2"]), ("prod", ["p1"])]
    var version = "1.31.4"
    var soak = "5m"
    /// Of `health: kubernetes:`.
    var health = "{passes: 2}"
    /// More lines of the component.
    var component = ""
    /// How much of the version counts.
    var part = "whole"
    /// More components.
    var components = ""
    var more = ""
    var timeout = "20s"
    var nodes = 3
    var controlPlane = 1
  }

  init(_ plan: Plan = Plan()) throws {
    var base = World.Plan()
    base.tiers = plan.tiers
    base.version = plan.version
    base.soak = plan.soak
    base.applies = false
    base.stageSettings = ["prod": "merge: {approvals: 0}"]
    base.more = plan.more
    let world = try World(base)
    self.world = world
    server = try FakeServer(clock: { (try? world.clock) ?? 0 })
    let clusters = plan.tiers.flatMap(\.clusters)
    try server.add(
      clusters, .healthy(version: "v" + plan.version, nodes: plan.nodes, controlPlane: plan.controlPlane, workloads: 6))
    try world.folder.write(server.kubeconfig(for: clusters), to: "kubeconfig")
    let connect = "connect: {run: [\"\(world.path)/scripts/observe\", \"{cluster}\"], timeout: 20s}"
    let ways = """
      \(plan.components)connect: {kubeconfig: {file: kubeconfig, context: "{cluster}"}, timeout: \(plan.timeout)}
      health: {kubernetes: \(plan.health)}
      """
    let policy = world.policy().replacingOccurrences(of: connect, with: ways)
      .replacingOccurrences(
        of: "    field: versions.app\n",
        with: "    field: versions.app\n    observe: {kubernetes: {part: \(plan.part)}}\n    goesBack: always\n\(plan.component)")
    try world.folder.write(policy, to: "policy.yaml")
    try world.release(plan.version)
  }

  deinit { server.stop() }

  /// Upgrades a cluster from one sample to the next, as a whole.
  func upgrade(_ cluster: String, to version: String, from old: String? = nil) {
    server.update(cluster) { cluster in
      for name in cluster.nodes.map(\.name) {
        cluster.upgradeControlPlane(name, to: "v" + version)
        cluster.startKubelet(name, version: "v" + version)
      }
      cluster.apiServers = cluster.apiServers.map { _ in "v" + version }
    }
  }

  /// Checks, a minute apart, as often as asked for.
  @discardableResult
  func check(times: Int = 1, apart seconds: Int = 60, _ arguments: String...) throws -> String {
    var said = ""
    for _ in 0..<times {
      said += try Command.check([Binary.path, "check"] + arguments, in: world.path, environment: world.environment)
      try world.advance(seconds)
    }
    return said
  }

  /// What the ledger has of a cluster.
  func record(_ cluster: String) throws -> [String: Any] {
    let path = try world.git("ls-tree", "-r", "--name-only", "sluice-ledger").split(separator: "\n").first {
      $0.contains("/clusters/") && $0.hasSuffix("/\(cluster).json")
    }
    guard let path else { return [:] }
    let text = try world.git("show", "sluice-ledger:\(path)")
    return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }

  func isHealthy(_ cluster: String, _ name: String = "app") throws -> Bool? { try group(cluster, name)["healthy"] as? Bool }
  func since(_ cluster: String) throws -> String? { try group(cluster)["since"] as? String }
  func reasons(_ cluster: String) throws -> [String] { try group(cluster)["reasons"] as? [String] ?? [] }
  func version(_ cluster: String, of component: String) throws -> String? {
    (try record(cluster)["versions"] as? [String: Any])?[component] as? String
  }

  private func group(_ cluster: String, _ name: String = "app") throws -> [String: Any] {
    (try record(cluster)["groups"] as? [String: Any])?[name] as? [String: Any] ?? [:]
  }

  /// The files of the ledger that its newest commit changed.
  func lastChanged() throws -> [String] {
    try world.git("diff-tree", "-r", "--name-only", "--no-commit-id", "--root", "sluice-ledger").split(separator: "\n").map {
      String($0)
    }
  }
}
