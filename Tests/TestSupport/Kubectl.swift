import Foundation

/// The real kubectl, with a kubeconfig and a home of its own.
package struct Kubectl: Sendable {
  package static let isPresent: Bool = {
    guard let home = try? TemporaryFolder() else { return false }
    return (try? Command.run(["kubectl", "version", "--client"], environment: ["HOME": home.path]))?.status == 0
  }()
  package static let absence = "there is no kubectl here (install kubernetes-client)"

  private let home: TemporaryFolder

  package init(kubeconfig: String) throws {
    home = try TemporaryFolder()
    try home.write(kubeconfig, to: "kubeconfig")
  }

  package func start(_ arguments: [String]) throws -> Running {
    try Command.start(
      ["timeout", "100", "kubectl", "--kubeconfig", home.path + "/kubeconfig"] + arguments, environment: ["HOME": home.path])
  }

  package func run(_ arguments: [String]) throws -> Command { try start(arguments).wait() }

  // MARK: Nodes

  package struct Node: Sendable, Equatable {
    package let name: String
    /// The condition `Ready`: True, False, Unknown, or empty where there is none.
    package let readiness: String
    package let version: String
    package let isCordoned: Bool

    package init(name: String, readiness: String, version: String, isCordoned: Bool) {
      self.name = name
      self.readiness = readiness
      self.version = version
      self.isCordoned = isCordoned
    }
  }

  /// `get nodes`, sorted by name.
  package func nodes() throws -> [Node] {
    let done = try run(["get", "nodes", "-o", "json"])
    guard done.status == 0, let list = try JSONSerialization.jsonObject(with: Data(done.output.utf8)) as? [String: Any],
      let items = list["items"] as? [[String: Any]]
    else { throw Command.Failure(description: "kubectl get nodes: status \(done.status)\n\(done.errors)") }
    return items.map { item in
      func part(_ names: String...) -> [String: Any] { names.reduce(item) { $0[$1] as? [String: Any] ?? [:] } }
      let ready = (part("status")["conditions"] as? [[String: Any]] ?? []).first { $0["type"] as? String == "Ready" }
      return Node(
        name: part("metadata")["name"] as? String ?? "", readiness: ready?["status"] as? String ?? "",
        version: part("status", "nodeInfo")["kubeletVersion"] as? String ?? "",
        isCordoned: part("spec")["unschedulable"] as? Bool ?? false)
    }.sorted { $0.name < $1.name }
  }

  /// Whether `get --raw /readyz` says that it is.
  package func isReady() throws -> Bool { try run(["get", "--raw", "/readyz"]).status == 0 }

  // MARK: Rollouts

  package enum Rollout: String, Sendable { case done, waiting, failed, error }

  /// What `rollout status` says at once.
  package func rollout(_ kind: String, _ name: String, namespace: String) throws -> Rollout {
    Self.rollout(try run(["-n", namespace, "rollout", "status", "--watch=false", "\(kind.lowercased())/\(name)"]))
  }

  /// kubectl's exit code tells no rollout under way from one that is done.
  package static func rollout(_ done: Command) -> Rollout {
    guard done.status == 0 else { return done.errors.contains("exceeded its progress deadline") ? .failed : .error }
    let last = done.output.split(separator: "\n").last ?? ""
    let ends = ["successfully rolled out", "rolling update complete", "roll out complete"]
    return ends.contains { last.contains($0) } ? .done : .waiting
  }
}
