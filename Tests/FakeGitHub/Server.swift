import COpenSSL
import Foundation
import LoopbackTLS
import Synchronization
import TestSupport

/// What a server shows.
package enum FakeCertificate: String, Sendable, CaseIterable { case good, expired, wrongName, stranger }

/// The authority that signed what the fake shows, and one that nobody knows; made anew in each process.
package enum FakeGitHubAuthority {
  private struct Made: Sendable {
    var ca: String
    var otherCA: String
    var contexts: [FakeCertificate: TLSContext]
  }

  private static let made: Made = {
    let authority = Signed("fake-github-ca", .authority, days: -1...30, by: nil)
    let other = Signed("another-ca", .authority, days: -1...30, by: nil)
    func context(_ names: String, _ days: ClosedRange<Int>, _ issuer: Signed) -> TLSContext {
      TLSContext(Signed("github", .server(names), days: days, by: issuer), trusts: authority)
    }
    let here = "DNS:localhost,IP:127.0.0.1"
    return Made(
      ca: authority.certificateText, otherCA: other.certificateText,
      contexts: [
        .good: context(here, -1...30, authority), .expired: context(here, -9...(-1), authority),
        .wrongName: context("DNS:github.example", -1...30, authority), .stranger: context(here, -1...30, other),
      ])
  }()

  /// PEM.
  package static var ca: String { made.ca }
  package static var otherCA: String { made.otherCA }
  static func context(_ certificate: FakeCertificate) -> TLSContext? { made.contexts[certificate] }
}

/// The port, and a thread for each connection.
final class Server: Sendable {
  typealias Handler = @Sendable (IncomingRequest, Client) throws -> Bool

  let port: Int
  let tls: FakeCertificate?
  private let listener: Int32

  private struct State {
    var open: Set<Int32> = []
    var isStopped = false
    var connections = 0
  }
  private let state = Mutex(State())

  init(port: Int, tls: FakeCertificate?) throws {
    self.tls = tls
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) | listen(listener, 512) | getsockname(listener, $0, &size)
      }
    }
    guard code == 0 else { throw Command.Failure(description: "there is no free port") }
    self.port = Int(UInt16(bigEndian: address.sin_port))
  }

  func start(_ handler: @escaping Handler) { Thread.detachNewThread { [self] in accept(handler) } }

  func stop() {
    state.withLock { state in
      guard !state.isStopped else { return }
      state.isStopped = true
      shutdown(listener, Int32(SHUT_RDWR))
      for file in state.open { shutdown(file, Int32(SHUT_RDWR)) }
    }
  }

  /// Ends all connections, as a load balancer does.
  func closeConnections() { state.withLock { for file in $0.open { shutdown(file, Int32(SHUT_RDWR)) } } }

  var connections: Int { state.withLock(\.connections) }

  private func accept(_ handler: @escaping Handler) {
    while true {
      // A child that starts meanwhile must not inherit it.
      let file = fake_accept(listener)
      guard file >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        close(listener)
        return
      }
      let isStopped = state.withLock { state in
        state.connections += 1
        if !state.isStopped { state.open.insert(file) }
        return state.isStopped
      }
      guard !isStopped else {
        close(file)
        continue
      }
      let thread = Thread { [self] in
        serve(file, handler)
        state.withLock {
          $0.open.remove(file)
          close(file)
        }
      }
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  private func serve(_ file: Int32, _ handler: Handler) {
    // OpenSSL writes without MSG_NOSIGNAL.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    guard let client = Client(file, tls) else { return }
    while let request = client.request(), (try? handler(request, client)) == true {}
    client.end()
  }
}

/// One request as it came.
package struct IncomingRequest: Sendable {
  package var method: String
  /// The path with its query, as sent.
  package var target: String
  /// By lower-case names.
  package var headers: [String: String]
  package var body: [UInt8] = []

  package var path: String { String(target.prefix { $0 != "?" }) }
  package var closes: Bool { headers["connection"]?.lowercased() == "close" }

  package func query(_ name: String) -> String? { queries.last { $0.name == name }?.value }

  package var queries: [(name: String, value: String)] {
    guard let mark = target.firstIndex(of: "?") else { return [] }
    return target[target.index(after: mark)...].split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (Self.decoded(parts[0]), parts.count > 1 ? Self.decoded(parts[1]) : "")
    }
  }

  static func decoded(_ text: Substring) -> String {
    let plain = text.replacingOccurrences(of: "+", with: " ")
    return plain.removingPercentEncoding ?? plain
  }
}
