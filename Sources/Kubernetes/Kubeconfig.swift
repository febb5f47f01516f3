import Host
import YAML

/// What kubeconfig files say together, by client-go's rule: of entries with one name the first file's wins whole, and the
/// first file that names a current context names it.
package struct Kubeconfig: Sendable {
  /// The files that were looked for, in their order.
  package let files: [String]
  package let currentContext: String?
  let clusters: [String: ClusterEntry]
  let contexts: [String: ContextEntry]
  let users: [String: UserEntry]
  let environment: [String: String]
  let sessions = ExecSessions()

  /// Nothing is in any of the files, or none is there.
  package var isEmpty: Bool { clusters.isEmpty && contexts.isEmpty && users.isEmpty && currentContext == nil }
  package var contextNames: [String] { contexts.keys.sorted() }

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - file: this file only, which must exist. Nil: those of `KUBECONFIG`, without the ones that do not exist; where it is
  ///     unset, `.kube/config` in `HOME`.
  ///   - environment: also where `http_proxy` and its like come from.
  package static func load(file: String?, environment: [String: String]) throws(KubernetesError) -> Kubeconfig {
    var read: [KubeconfigFile] = []
    let names: [String]
    if let file {
      names = [file]
      guard let only = try KubeconfigFile.read(file) else {
        throw KubernetesError(.configuration, "there is no kubeconfig \(file)", hint: "check the path")
      }
      read.append(only)
    } else {
      names = Self.names(environment)
      for name in names {
        if let found = try KubeconfigFile.read(name) { read.append(found) }
      }
    }
    return Kubeconfig(read, names: names, environment)
  }

  private init(_ read: [KubeconfigFile], names: [String], _ environment: [String: String]) {
    files = names
    currentContext = read.lazy.compactMap(\.currentContext).first
    clusters = read.reduce(into: [:]) { $0.merge($1.clusters) { first, _ in first } }
    contexts = read.reduce(into: [:]) { $0.merge($1.contexts) { first, _ in first } }
    users = read.reduce(into: [:]) { $0.merge($1.users) { first, _ in first } }
    self.environment = environment
  }

  private static func names(_ environment: [String: String]) -> [String] {
    if let list = environment["KUBECONFIG"], !list.isEmpty {
      var seen: Set<Substring> = []
      return list.split(separator: ":").filter { seen.insert($0).inserted }.map(String.init)
    }
    guard let home = environment["HOME"], !home.isEmpty else { return [] }
    return [home + "/.kube/config"]
  }

  /// - Parameter context: nil: the current one.
  package func access(context: String?) throws(KubernetesError) -> ClusterAccess {
    guard let name = context ?? currentContext else {
      let looked = files.isEmpty ? "neither KUBECONFIG nor HOME is set" : files.joined(separator: ", ")
      throw isEmpty
        ? KubernetesError(
          .configuration, "there is no kubeconfig: \(looked)", hint: "set KUBECONFIG, or name the file in the policy")
        : KubernetesError(
          .configuration, "the kubeconfig has no current-context (\(looked))", hint: "name a context" + listed(contextNames))
    }
    guard let context = contexts[name] else {
      throw KubernetesError(
        .configuration, "there is no context \"\(shown(name))\" in \(files.joined(separator: ", "))",
        hint: contexts.isEmpty ? "it has no contexts" : suggestion(name, contextNames))
    }
    let owner = "context \"\(shown(name))\""
    guard let clusterName = context.cluster else {
      throw KubernetesError(context.node.error("\(owner) names no cluster"))
    }
    guard let cluster = clusters[clusterName.value] else {
      throw KubernetesError(
        clusterName.node.error(
          "\(owner): there is no cluster \"\(shown(clusterName.value))\"",
          hint: suggestion(clusterName.value, clusters.keys.sorted())))
    }
    var user: UserEntry?
    if let userName = context.user {
      // client-go would ask as nobody, and a cluster's 401 says less than this.
      guard let found = users[userName.value] else {
        throw KubernetesError(
          userName.node.error(
            "\(owner): there is no user \"\(shown(userName.value))\"", hint: suggestion(userName.value, users.keys.sorted())))
      }
      user = found
    }
    return try AccessResolver(cluster: cluster, user: user, namespace: context.namespace, in: self).access()
  }

  private func shown(_ name: String) -> String { OneLine.text(name, limit: 100) }

  private func suggestion(_ name: String, _ names: [String]) -> String {
    let near = NearestNames.of(name, among: names)
    return near.isEmpty ? "there are" + listed(names) : "did you mean \(near.map(shown).joined(separator: ", "))?"
  }

  private func listed(_ names: [String]) -> String {
    guard !names.isEmpty else { return " none" }
    return ": " + names.prefix(8).map(shown).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
  }
}

extension Kubeconfig: CustomStringConvertible, CustomReflectable {
  package var description: String { "kubeconfig \(files.joined(separator: ":"))" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
