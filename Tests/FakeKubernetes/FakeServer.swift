import Dispatch
import Glibc
import Synchronization

/// The APIs of any number of clusters in one process: TLS on loopback, a port and so an origin for each.
///
/// It keeps a thread for each connection, and one that accepts. A thousand clusters are for the program `fake-kubernetes`: with as
/// many descriptors, Foundation's `Process` reads beyond the end of what `readdir` gave it, and the test crashes now and then.
package final class FakeServer: Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  private let acceptor: Acceptor
  private let clusters = Mutex<[String: HostedCluster]>([:])

  /// - Parameter clock: seconds since 1970, for the header `Date`.
  package init(clock: @escaping @Sendable () -> Int = { Int(time(nil)) }) throws {
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max {
      limit.rlim_cur = limit.rlim_max
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    acceptor = try Acceptor(clock: clock)
  }

  deinit { stop() }

  /// Closes everything and waits for its threads. Twice is fine.
  package func stop() { acceptor.stop() }

  // MARK: Clusters

  /// Serves a cluster under a name of its own.
  package func add(_ name: String, _ cluster: FakeCluster) throws { try add([name], cluster) }

  /// Serves clusters that are the same at first.
  package func add(_ names: [String], _ cluster: FakeCluster) throws {
    let answers = AnswerCache()
    for name in names {
      let hosted = try HostedCluster(name, cluster, answers)
      try acceptor.add(hosted)
      clusters.withLock { $0[name] = hosted }
    }
  }

  private func hosted(_ name: String) -> HostedCluster {
    guard let hosted = clusters.withLock({ $0[name] }) else { preconditionFailure("no cluster was added as \(name)") }
    return hosted
  }

  /// Changes what a cluster says from the next request on. The closure must not ask the server anything.
  package func update<Result>(_ name: String, _ change: (inout FakeCluster) throws -> Result) rethrows -> Result {
    try hosted(name).state.withLock { state in
      let old = state.cluster
      let result = try change(&state.cluster)
      state.cluster.count(changesSince: old)
      state.answers = AnswerCache()
      return result
    }
  }

  /// Closes a cluster's port and its connections for good; more are refused.
  package func close(_ name: String) { acceptor.remove(hosted(name)) }

  package func cluster(_ name: String) -> FakeCluster { hosted(name).state.withLock(\.cluster) }

  /// Ends a cluster's connections, as a restarting API server or load balancer does.
  package func closeConnections(_ name: String) { hosted(name).closeConnections(andRefuse: false) }

  // MARK: What tests see

  package func port(_ name: String) -> Int { hosted(name).port }
  /// `https://127.0.0.1:port`, without a slash at the end.
  package func url(_ name: String) -> String { "https://127.0.0.1:\(port(name))" }
  /// The bearer token of the user `sluice`; each cluster has another.
  package func token(_ name: String) -> String { hosted(name).state.withLock(\.token) }
  /// From now on only this token is known.
  package func replaceToken(_ name: String, by token: String) { hosted(name).state.withLock { $0.token = token } }
  package func requests(_ name: String) -> [FakeRequest] { hosted(name).state.withLock(\.requests) }
  package func forgetRequests(_ name: String) { hosted(name).state.withLock { $0.requests = [] } }
  /// How many connections a cluster has accepted.
  package func connections(_ name: String) -> Int { hosted(name).state.withLock(\.connections) }
  package func openConnections(_ name: String) -> Int { hosted(name).state.withLock(\.open.count) }
  /// Of all clusters.
  package var requestCount: Int {
    clusters.withLock { Array($0.values) }.reduce(0) { $0 + $1.state.withLock(\.requests.count) }
  }
  package var names: [String] { clusters.withLock { $0.keys.sorted() } }
}
