import COpenSSL
import Glibc
import LoopbackTLS
import Synchronization

/// A cluster behind a port of its own.
final class HostedCluster: Sendable {
  struct State: Sendable {
    var cluster: FakeCluster
    /// What the cluster as it is now has answered.
    var answers: AnswerCache
    var token: String
    var requests: [FakeRequest] = []
    var connections = 0
    var open: Set<Int32> = []
    var isStopped = false
  }

  let name: String
  let auditID: String
  let listener: Int32
  let port: Int
  let state: Mutex<State>

  /// - Throws: `FakeServer.Failure` where there is no free port.
  init(_ name: String, _ cluster: FakeCluster, _ answers: AnswerCache) throws {
    self.name = name
    auditID = Metadata.uid(name)
    state = Mutex(
      State(cluster: cluster, answers: answers, token: "token-" + name + "-" + Metadata.hash(name)))
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) | listen(listener, 512) | getsockname(listener, $0, &size)
      }
    }
    guard listener >= 0, code == 0 else { throw FakeServer.Failure(description: "there is no free port: errno \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  // MARK: Connections

  struct Accepted {
    var number: Int
    /// Nil for a connection on which nothing is said.
    var context: TLSContext?
  }

  /// Takes a connection in; nil when no more are taken.
  func accept(_ file: Int32) -> Accepted? {
    state.withLock { state in
      guard !state.isStopped else { return nil }
      state.open.insert(file)
      state.connections += 1
      let context = FakeAuthority.shared.servers[state.cluster.certificate]
      return Accepted(number: state.connections - 1, context: state.cluster.isSilent ? nil : context)
    }
  }

  func close(_ file: Int32) {
    state.withLock { state in
      state.open.remove(file)
      _ = Glibc.close(file)
    }
  }

  var isStopped: Bool { state.withLock(\.isStopped) }

  /// - Parameter andRefuse: for good.
  func closeConnections(andRefuse: Bool) {
    state.withLock { state in
      if andRefuse { state.isStopped = true }
      for file in state.open { shutdown(file, Int32(SHUT_RDWR)) }
    }
  }

  // MARK: Requests

  /// What a request meets.
  struct Meeting {
    var cluster: FakeCluster
    var answers: AnswerCache
    var fault: FakeFault.Kind?
    var request: FakeRequest
  }

  /// Writes the request down, and uses up a fault that hits it.
  ///
  /// - Parameter certified: the user of the connection's certificate.
  func meet(_ head: Connection.Head, connection: Int, certified: String?) -> Meeting {
    state.withLock { state in
      // A token that is wrong is refused whatever the certificate, as API servers do.
      var user = head.token.map { $0 == state.token ? "sluice" : nil } ?? certified
      if user != nil, let other = head.headers["impersonate-user"] { user = other }
      let request = FakeRequest(
        method: head.method, target: head.target, connection: connection,
        apiServer: connection % state.cluster.apiServers.count, user: user, headers: head.headers)
      state.requests.append(request)
      var fault: FakeFault.Kind?
      if let index = state.cluster.faults.firstIndex(where: { $0.hits(request) }) {
        fault = state.cluster.faults[index].kind
        if state.cluster.faults[index].times != .max { state.cluster.faults[index].times -= 1 }
      }
      return Meeting(cluster: state.cluster, answers: state.answers, fault: fault, request: request)
    }
  }
}

/// The answers of a cluster's state, made once. Clusters that began as the same value share them until they change.
final class AnswerCache: Sendable {
  private let answers = Mutex<[String: Answer]>([:])

  func answer(_ request: FakeRequest, of cluster: FakeCluster) -> Answer {
    let key = "\(request.apiServer) \(request.method) \(request.target)"
    if let known = answers.withLock({ $0[key] }) { return known }
    let answer = cluster.answer(request)
    answers.withLock { $0[key] = answer }
    return answer
  }
}
