import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("L10 restartable: every fault point is one that runs reach")
struct FaultPointTests {
  /// A world whose repository is behind a real sshd, and how to reach it; nil where there is no sshd.
  private static let overSSH: Result<(world: World, environment: [String: String])?, any Error> = Result {
    guard SSHServer.isPresent else { return nil }
    let server = try SSHServer.shared()
    let world = try World(copyOf: try KillTests.journey.get().before[1])
    try world.folder.write(
      try world.folder.text("policy.yaml").replacingOccurrences(of: "\"./fleet.git\"", with: "\"\(server.url(world.fleet))\""),
      to: "policy.yaml")
    try world.folder.write(try server.folder.text("known_hosts"), to: ".ssh/known_hosts")
    // The key is in an agent, as an operator's would be.
    let agent = try Command.start(["timeout", "200", "ssh-agent", "-D", "-a", world.path + "/agent"])
    Self.agents.withLock { $0.append(agent.process.processIdentifier) }
    atexit { FaultPointTests.agents.withLock { for agent in $0 { kill(-agent, SIGKILL) } } }
    var environment = ["HOME": world.path, "SSH_AUTH_SOCK": world.path + "/agent"]
    while !FileManager.default.fileExists(atPath: world.path + "/agent"), agent.process.isRunning { usleep(5_000) }
    try Command.check(["ssh-add", "-q", server.folder.path + "/user"], environment: environment)
    environment["SLUICE_FAULT_TRACE"] = world.path + "/trace-ssh"
    return (world, environment)
  }

  /// Each `timeout` leads a process group of its own.
  private static let agents = Mutex<[Int32]>([])

  @Test(
    .enabled(if: SSHServer.isPresent, Comment(rawValue: SSHServer.absence)),
    arguments: ["cacheCreate:1", "cacheRename:1", "objectsWrite.after:1"])
  func `killed while it makes its cache, the next run has a whole one`(_ fault: String) throws {
    guard let (world, environment) = try Self.overSSH.get() else { return }
    var more = environment
    more["SLUICE_CACHE"] = world.path + "/cache-\(fault)"
    more["SLUICE_FAULT"] = fault
    let killed = try world.sluice("validate", environment: more)
    #expect(killed.killedBySignal, "\(killed.output)\(killed.errors)")
    more["SLUICE_FAULT"] = nil
    let done = try world.sluice("validate", environment: more)
    #expect(done.status == 0, "\(done.output)\(done.errors)")
    let left = try Command.check(["find", "cache-\(fault)", "-name", "new-*", "-o", "-name", "pack_git2_*"], in: world.path)
    #expect(left == "")
  }

  @Test func `every point that --list-faults names is reached`() throws {
    let named = try Command.check([Binary.path, "--list-faults"]).split(separator: "\n").map(String.init)
    var reached = Set(try KillTests.journey.get().places.map(\.point))
    if let (world, environment) = try Self.overSSH.get() {
      let done = try world.sluice("validate", environment: environment)
      #expect(done.status == 0, "\(done.output)\(done.errors)")
      reached.formUnion(try Story.points(world, "trace-ssh"))
    } else {
      // Only a remote has a cache of its objects.
      reached.formUnion(["cacheCreate", "cacheRename"])
    }
    #expect(named.count > 20 && Set(named) == reached, "not reached: \(Set(named).subtracting(reached).sorted())")
  }
}
