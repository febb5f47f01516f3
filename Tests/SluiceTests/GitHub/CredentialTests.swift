import FakeGitHub
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Who Sluice is at GitHub: tokens, Apps, certificates, each with one clear error")
struct CredentialTests {
  private static func world() throws -> (World, FakeGitHub) {
    try ForgeKind.$current.withValue(.github) {
      let world = try World(World.Plan(tiers: [("dev", ["d1"])]))
      return (world, try world.github)
    }
  }

  /// The run fails with this code, and says one thing.
  private static func refused(_ world: World, _ status: Int32, _ words: String...) throws {
    let done = try world.sluice("run")
    let said = done.output + done.errors
    #expect(done.status == status, "\(said)")
    for word in words { #expect(said.contains(word), "\(said)") }
    #expect(World.leak(said) == nil)
    #expect(done.errors.split(separator: "\n").filter { $0.hasPrefix("error:") }.count == 1, "\(said)")
  }

  @Test func `a token that was withdrawn ends the run with 77, whoever notices it first`() throws {
    let (world, hub) = try Self.world()
    hub.revokeAllTokens()
    try Self.refused(world, 77, "FORGE_TOKEN")
  }

  @Test func `a token that is not set is named`() throws {
    let (world, _) = try Self.world()
    try world.changePolicy("FORGE_TOKEN", "NO_SUCH_TOKEN")
    try Self.refused(world, 77, "NO_SUCH_TOKEN")
  }

  @Test func `a token in a file is read again when it is refused`() throws {
    let (world, hub) = try Self.world()
    try world.changePolicy("{token: {env: FORGE_TOKEN}}", "{token: {file: token}}")
    world.holdsSecrets.store(true, ordering: .relaxed)
    try world.folder.write(World.token + "\n", to: "token")
    try world.begin()
    try world.release("1.1.0")
    // Withdrawn in the middle of a run, and a new one in its place.
    let new = hub.add("sluice-bot", .write, isBot: true)
    hub.fail(
      FakeFault(.delay(milliseconds: 0)) { request in
        guard request.channel == .rest, request.method == "POST", request.target.hasSuffix("/pulls") else { return false }
        hub.revoke(token: World.token)
        try? Data((new + "\n").utf8).write(to: URL(fileURLWithPath: world.path + "/token"))
        return true
      })
    try world.check("run")
    #expect(hub.allPulls.count == 1)
    #expect(try world.leaks().filter { $0 != "./token" } == [])
  }

  @Test func `one who may only read is told what is missing`() throws {
    let (world, hub) = try Self.world()
    hub.add("sluice-bot", .read, token: World.token, isBot: true)
    try world.release("1.0.0")
    let done = try world.sluice("run")
    #expect(done.status == 77, "\(done.output)\(done.errors)")
  }

  @Test func `a repository that is hidden or not there is named, with what it may be`() throws {
    let (world, hub) = try Self.world()
    hub.add("sluice-bot", .none, token: World.token, isBot: true)
    let done = try world.sluice("run")
    #expect([65, 77].contains(done.status), "\(done.output)\(done.errors)")
    #expect((done.output + done.errors).contains("acme/fleet"))
  }

  // MARK: TLS

  @Test(arguments: [
    (FakeCertificate.good, "ca.pem", Int32(0), ""), (.good, "other.pem", 69, "signed by no authority"),
    (.expired, "ca.pem", 69, "expired"), (.wrongName, "ca.pem", 69, "for other names"),
    (.stranger, "ca.pem", 69, "signed by no authority"),
  ])
  func `over TLS a server must be who it says, by the authority that the policy names`(
    _ certificate: FakeCertificate, _ ca: String, _ status: Int32, _ words: String
  ) throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"])]), github: certificate)
    try world.folder.write(FakeGitHubAuthority.ca, to: "ca.pem")
    try world.folder.write(FakeGitHubAuthority.otherCA, to: "other.pem")
    try world.changePolicy("{kind: github,", "{kind: github, ca: \(ca),")
    let done = try world.sluice("run")
    #expect(done.status == status, "\(done.output)\(done.errors)")
    #expect(words.isEmpty || done.errors.contains(words), "\(done.errors)")
    let hub = try world.github
    #expect(status == 0 || hub.requests.isEmpty, "nothing was told to who is somebody else")
  }

  // MARK: Apps

  private static func appWorld() throws -> (World, FakeGitHub) {
    let (world, hub) = try Self.world()
    try Command.check(["openssl", "genrsa", "-out", "app.pem", "2048"], in: world.path)
    let key = try Command.check(["openssl", "rsa", "-in", "app.pem", "-pubout"], in: world.path)
    hub.install(app: "sluice", publicKey: key)
    try world.changePolicy("{token: {env: FORGE_TOKEN}}", "{app: {id: 4242, key: {file: app.pem}}}")
    return (world, hub)
  }

  @Test func `an App signs in, finds its installation, and its token serves git and the API alike`() throws {
    let (world, hub) = try Self.appWorld()
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 4) { try world.runs("dev", "1.1.0") } != nil)
    #expect(hub.allPulls.first?.author == "sluice[bot]")
    hub.forgetRequests()
    try world.check("run")
    let tokens = hub.requests.filter { $0.target.hasSuffix("/access_tokens") }
    #expect(tokens.count == 1, "one a run: no secret is kept on disk")
    #expect(try world.leaks() == [])
    let kept = try Command.run(["grep", "-rl", "ghs_", world.path + "/cache"])
    #expect(kept.output.isEmpty, "no installation's token either: \(kept.output)")
  }

  @Test func `a clock that is off is named, with by how much`() throws {
    let (world, hub) = try Self.appWorld()
    hub.advance(seconds: -1200)
    try Self.refused(world, 77, "clock", "20 minutes")
  }

  @Test func `a key that is none, and one of another App, are named`() throws {
    let (world, _) = try Self.appWorld()
    try Command.check(["openssl", "genrsa", "-out", "app.pem", "2048"], in: world.path)
    try Self.refused(world, 77, "4242")
    try world.folder.write("hello\n", to: "app.pem")
    try Self.refused(world, 77, "app.pem")
  }
}
