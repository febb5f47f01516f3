import Foundation

/// A real sshd on loopback for one test, with keys and configuration of its own.
package final class SSHServer: Sendable {
  package static let program = "/usr/sbin/sshd"
  package static var isPresent: Bool { FileManager.default.isExecutableFile(atPath: program) }
  package static let absence = "there is no sshd here (install openssh-server)"

  /// One for all tests that do not change its settings.
  package static func shared() throws -> SSHServer { try one.get() }
  private static let one: Result<SSHServer, any Error> = Result {
    let server = try SSHServer()
    atexit { try? SSHServer.one.get().stop() }
    return server
  }

  package let folder: TemporaryFolder
  package let port: Int
  private let running: Running

  package init() throws {
    folder = try TemporaryFolder()
    for key in ["host", "user", "stranger"] {
      try Command.check(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder.path + "/" + key])
    }
    // As root, sshd wants this folder for its own separation of rights; others need none.
    if geteuid() == 0 { try Command.check(["mkdir", "-p", "/run/sshd"]) }
    port = try Self.freePort()
    try folder.write(
      """
      Port \(port)
      ListenAddress 127.0.0.1
      HostKey \(folder.path)/host
      AuthorizedKeysFile \(folder.path)/user.pub
      PidFile none
      StrictModes no
      UsePAM no
      PasswordAuthentication no
      PermitRootLogin yes
      MaxStartups 100
      SetEnv GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
      """, to: "config")
    running = try Command.start(["timeout", "3000", Self.program, "-D", "-e", "-f", folder.path + "/config"])
    while !Self.answers(port) {
      guard running.process.isRunning else { throw Command.Failure(description: "sshd does not start") }
      usleep(5_000)
    }
    try knownHosts(try folder.text("host.pub"))
  }

  deinit { stop() }

  private func stop() {
    // `timeout` leads a process group of its own, with sshd in it.
    kill(-running.process.processIdentifier, SIGKILL)
    try? FileManager.default.removeItem(atPath: folder.path)
  }

  /// Makes this the only host key that clients know.
  package func knownHosts(_ key: String) throws {
    try folder.write("[127.0.0.1]:\(port) \(key.split(separator: " ").prefix(2).joined(separator: " "))\n", to: "known_hosts")
  }

  /// The address of a repository on a path.
  package func url(_ path: String) -> String { "ssh://\(NSUserName())@127.0.0.1:\(port)\(path)" }

  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
  }

  private static func call(_ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32) -> (Int32, Int32) {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(port)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    return (file, code)
  }

  private static func answers(_ port: Int) -> Bool {
    let (file, code) = call(port, connect)
    close(file)
    return code == 0
  }

  package static func freePort() throws -> Int {
    let (file, code) = call(0, bind)
    defer { close(file) }
    guard code == 0 else { throw Command.Failure(description: "there is no free port") }
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(file, $0, &size) }
    }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
