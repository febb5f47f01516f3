import Foundation
import HTTP
import Host
import Synchronization
import TestSupport
import Testing

@testable import Kubernetes

/// The error that must come.
func failure<Value>(
  _ place: SourceLocation = #_sourceLocation, _ body: () throws(KubernetesError) -> Value
) throws -> KubernetesError {
  do { _ = try body() } catch { return error }
  Issue.record("there is no error", sourceLocation: place)
  throw Command.Failure(description: "no error")
}

func failure<Value>(
  _ place: SourceLocation = #_sourceLocation, _ body: () async throws(KubernetesError) -> Value
) async throws -> KubernetesError {
  do { _ = try await body() } catch { return error }
  Issue.record("there is no error", sourceLocation: place)
  throw Command.Failure(description: "no error")
}

/// Seconds that a test sets.
final class TestClock: Sendable {
  private let seconds = Mutex(1_800_000_000)
  var now: Int { seconds.withLock { $0 } }
  func advance(_ by: Int) { seconds.withLock { $0 += by } }
}

let plain = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]

/// A kubeconfig of one context, `main`, whose cluster and user hold these fields.
func kubeconfigText(cluster: String = "server: 'https://127.0.0.1:1'", user: String? = "token: abc") -> String {
  func block(_ text: String) -> String {
    text.split(separator: "\n").map { "    \($0)\n" }.joined()
  }
  return """
    apiVersion: v1
    kind: Config
    current-context: main
    contexts:
    - name: main
      context: {cluster: here, user: me}
    clusters:
    - name: here
      cluster:
    \(block(cluster))
    users:
    - name: me
      user:
    \(block(user ?? ""))
    """
}

extension TemporaryFolder {
  func access(
    cluster: String = "server: 'https://127.0.0.1:1'", user: String? = "token: abc", environment: [String: String] = plain
  ) throws -> ClusterAccess {
    let file = try write(kubeconfigText(cluster: cluster, user: user), to: "config")
    return try Kubeconfig.load(file: file, environment: environment).access(context: nil)
  }

  func accessFailure(
    cluster: String = "server: 'https://127.0.0.1:1'", user: String? = "token: abc",
    _ place: SourceLocation = #_sourceLocation
  ) throws -> KubernetesError {
    let file = try write(kubeconfigText(cluster: cluster, user: user), to: "config")
    return try failure(place) { () throws(KubernetesError) in
      try Kubeconfig.load(file: file, environment: plain).access(context: nil)
    }
  }

  func script(_ text: String, _ name: String) throws -> String {
    let path = try write("#!/bin/sh\n" + text + "\n", to: name)
    chmod(path, 0o755)
    return path
  }
}

/// A client of a raw server, which speaks no TLS: the credentials are given past the rule that they go over https only.
func client(
  _ server: RawServer, _ credentials: ClusterAccess.Credentials = .none, prefix: String = "",
  impersonation: [(name: String, value: String)] = [], clock: TestClock = TestClock(), timeout: Duration = .seconds(60),
  environment: [String: String] = plain
) throws -> KubernetesClient {
  let access = ClusterAccess(
    server: try HTTPURL("http://127.0.0.1:\(server.port)\(prefix)"), namespace: nil, connection: HTTPConnection(),
    credentials: credentials, impersonation: impersonation)
  var settings = HTTPClient.Settings()
  // No pause between two attempts.
  settings.time = HTTPTime(sleep: { _ in }, random: { 0 })
  return KubernetesClient(
    access, http: HTTPClient(settings), environment: environment, timeout: timeout, now: { clock.now })
}

func json(_ text: String, status: Int = 200, _ headers: [String] = []) -> Reply {
  Reply(status, text, ["Content-Type: application/json"] + headers)
}
