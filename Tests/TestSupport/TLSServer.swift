import Foundation

/// `openssl s_server` on loopback with certificates of its own: a real handshake, and a page of HTTP/1.0 behind it.
package final class TLSServer: Sendable {
  package let port: Int
  private let running: Running

  /// - Parameters:
  ///   - isMute: gives no answer, only prints what it was asked.
  ///   - answers: a folder of whole answers, each in a file named by what is asked for without its first slash.
  package init(
    _ authority: TestAuthority, certificate: String, _ arguments: [String] = [], isMute: Bool = false, answers: String? = nil
  ) throws {
    let port = try SSHServer.freePort()
    self.port = port
    let folder = authority.folder.path
    let command =
      ["openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-quiet"] + (isMute ? [] : [answers == nil ? "-www" : "-HTTP"])
      + ["-cert", "\(folder)/\(certificate).pem", "-key", "\(folder)/\(certificate).key"] + arguments
    // At the end of what it reads, which it would send, it closes.
    let reading = isMute ? ["sh", "-c", "sleep 100 | exec \"$@\"", "sh"] : []
    running = try Command.start(["timeout", "120"] + reading + command, in: answers)
    while !Self.answers(port) {
      guard running.process.isRunning else { throw Command.Failure(description: "openssl s_server does not start") }
      usleep(5_000)
    }
  }

  /// What it printed.
  package func stop() throws -> String {
    kill(-running.process.processIdentifier, SIGKILL)
    return try running.wait().output
  }

  deinit { kill(-running.process.processIdentifier, SIGKILL) }

  package static func answers(_ port: Int) -> Bool {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(file) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    } == 0
  }
}

/// A certificate authority, and certificates that it signed.
package final class TestAuthority: Sendable {
  package let folder: TemporaryFolder

  package static func shared() throws -> TestAuthority { try one.get() }
  private static let one: Result<TestAuthority, any Error> = Result { try TestAuthority() }

  private init() throws {
    folder = try TemporaryFolder()
    for name in ["ca", "stranger"] {
      try Command.check(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
          + ["-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).pem"], in: folder.path)
    }
    try sign("good", "DNS:localhost,IP:127.0.0.1", ["-days", "30"])
    try sign("name", "DNS:kubernetes.example", ["-days", "30"])
    try sign("expired", "DNS:localhost", ["-days", "-1"])
    try sign("client", "DNS:client", ["-days", "30"])
  }

  private func sign(_ name: String, _ names: String, _ days: [String]) throws {
    try folder.write("subjectAltName=\(names)\n", to: "\(name).ext")
    try Command.check(
      ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)"]
        + ["-keyout", "\(name).key", "-out", "\(name).csr"], in: folder.path)
    try Command.check(
      ["openssl", "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
        + ["-extfile", "\(name).ext", "-out", "\(name).pem"] + days, in: folder.path)
  }
}
