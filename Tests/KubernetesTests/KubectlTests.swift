import Foundation
import HTTP
import Host
import TestSupport
import Testing

@testable import Kubernetes

/// The same files, read by the real client.
@Suite(
  "kubectl reads kubeconfigs alike",
  .enabled("no kubectl on PATH") { (try? Command.run(["kubectl", "version", "--client"]))?.status == 0 })
struct KubectlTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let sets: [[String]] = [
    [
      """
      current-context: ""
      clusters: [{name: a, cluster: {server: "https://first"}}]
      contexts: [{name: one, context: {cluster: a, namespace: x, user: u}}]
      """,
      """
      current-context: one
      clusters: [{name: a, cluster: {server: "https://second", tls-server-name: name, insecure-skip-tls-verify: true}}]
      users: [{name: u, user: {token: t, as: me, as-groups: [a, b]}}, {name: v, user: {username: w, password: p}}]
      """,
      """
      current-context: two
      contexts: [{name: one, context: {cluster: c, user: v}}, {name: two, context: {cluster: a}}]
      users: [{name: u, user: {token: other, tokenFile: f}}]
      """,
    ],
    [
      """
      {"kind": "Config", "apiVersion": "v1", "current-context": "j", "users": [{"name": "k", "user": {"token": "q"}}],
       "clusters": [{"name": "j", "cluster": {"server": "https://j:6443", "certificate-authority-data": "LS0tLS1CRUdJTiBYLS0tLS0K"}}],
       "contexts": [{"name": "j", "context": {"cluster": "j", "user": "k"}}]}
      """
    ],
    ["", "current-context: &x lone\nunknown: *x\n"],
  ]

  @Test("Merged: current context, and each entry's fields", arguments: sets)
  func merged(_ texts: [String]) throws {
    var paths: [String] = [folder.path + "/missing"]
    for (place, text) in texts.enumerated() { paths.append(try folder.write(text, to: "\(place)/config")) }
    let list = paths.joined(separator: ":")
    let theirs = try JSONValue(
      parsing: Array(
        Command.check(["kubectl", "config", "view", "--raw", "-o", "json"], environment: ["KUBECONFIG": list]).utf8))
    let ours = try Kubeconfig.load(file: nil, environment: ["KUBECONFIG": list])
    #expect(ours.currentContext ?? "" == theirs["current-context"]?.string)
    func names(_ key: String) -> [String] { (theirs[key]?.array ?? []).compactMap { $0["name"]?.string }.sorted() }
    #expect(ours.clusters.keys.sorted() == names("clusters"))
    #expect(ours.contextNames == names("contexts"))
    #expect(ours.users.keys.sorted() == names("users"))
    for element in theirs["clusters"]?.array ?? [] {
      guard let name = element["name"]?.string, let theirs = element["cluster"], let cluster = ours.clusters[name] else {
        continue
      }
      #expect(cluster.server?.value == theirs["server"]?.string && cluster.serverName?.value == theirs["tls-server-name"]?.string)
      #expect(cluster.skipsVerification?.value == theirs["insecure-skip-tls-verify"]?.bool)
      #expect(cluster.authorityData.map { Base64.encode($0.value) } == theirs["certificate-authority-data"]?.string)
    }
    for element in theirs["contexts"]?.array ?? [] {
      guard let name = element["name"]?.string, let theirs = element["context"], let context = ours.contexts[name] else {
        continue
      }
      #expect(context.cluster?.value ?? "" == theirs["cluster"]?.string && context.user?.value ?? "" == theirs["user"]?.string)
      #expect(context.namespace == theirs["namespace"]?.string)
    }
    for element in theirs["users"]?.array ?? [] {
      guard let name = element["name"]?.string, let theirs = element["user"], let user = ours.users[name] else { continue }
      #expect(user.token?.value.reveal() == theirs["token"]?.string && user.username?.value == theirs["username"]?.string)
      #expect(user.tokenFile?.value == theirs["tokenFile"]?.string && user.impersonated?.value == theirs["as"]?.string)
      #expect(user.impersonatedGroups == theirs["as-groups"]?.strings ?? [])
    }
  }

  @Test("What kubectl cannot load, neither can we", arguments: KubeconfigTests.broken.map(\.text))
  func broken(_ text: String) throws {
    let file = try folder.write(text, to: "config")
    let kubectl = try Command.run(["kubectl", "config", "view"], environment: ["KUBECONFIG": file])
    // Two that kubectl passes: it takes the last of two keys, and looks at a plugin's variables only when it asks.
    let isStricter = text.contains("t0ken") || text.contains("exec:")
    #expect((kubectl.status != 0) != isStricter, "\(kubectl.output)\(kubectl.errors)")
  }
}
