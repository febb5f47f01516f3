import FakeKubernetes
import Foundation
import TestSupport

/// A server with one cluster, and curl and kubectl to ask it.
struct Asked: Sendable {
  static let name = "prod-1"
  let server: FakeServer
  let folder: TemporaryFolder

  init(_ cluster: FakeCluster = .healthy(version: "v1.31.4"), clock: Int? = nil) throws {
    server = try clock.map { clock in try FakeServer { clock } } ?? FakeServer()
    folder = try TemporaryFolder()
    try server.add(Self.name, cluster)
    let authority = FakeAuthority.shared
    for (name, text) in [
      ("ca.pem", authority.ca), ("other-ca.pem", authority.otherCA),
      ("client.pem", authority.client.certificate + authority.client.key),
      ("expired.pem", authority.expiredClient.certificate + authority.expiredClient.key),
      ("stranger.pem", authority.strangerClient.certificate + authority.strangerClient.key),
    ] {
      try folder.write(text, to: name)
    }
  }

  struct Reply {
    /// 0: there was none.
    var status: Int
    var head: String
    var body: String
    var exit: Int32

    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }
    var items: [[String: Any]] { json["items"] as? [[String: Any]] ?? [] }
    var metadata: [String: Any] { json["metadata"] as? [String: Any] ?? [:] }
  }

  var bearer: [String] { ["-H", "Authorization: Bearer \(server.token(Self.name))"] }

  /// - Parameter as: the arguments that say who asks.
  func curl(_ path: String, as who: [String]? = nil, arguments: [String] = [], host: String = "127.0.0.1") throws -> Reply {
    let body = folder.path + "/" + UUID().uuidString
    let url = "https://\(host):\(server.port(Self.name))\(path)"
    let trust = arguments.contains("--cacert") ? [] : ["--cacert", folder.path + "/ca.pem"]
    let done = try Command.run(
      ["curl", "-q", "-sS", "--noproxy", "*", "--max-time", "60", "-D", "-", "-o", body] + trust + (who ?? bearer) + arguments + [
        url
      ])
    let text = (try? String(contentsOfFile: body, encoding: .utf8)) ?? ""
    return Reply(
      status: done.output.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0, head: done.output, body: text,
      exit: done.status)
  }

  func kubectl(_ auth: FakeServer.Authentication = .token) throws -> Kubectl {
    try Kubectl(kubeconfig: server.kubeconfig(for: [Self.name], auth: auth))
  }
}
