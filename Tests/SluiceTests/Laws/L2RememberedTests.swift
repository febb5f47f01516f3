import TestSupport
import Testing

@Suite("L2 remembered: what was closed is not opened again", .onEveryForge)
struct L2RememberedTests {
  @Test func `a tip that had a request is never opened again: what is still wanted is written anew (trap 9)`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.changePolicy("forge: {kind: ", "forge: {bots: [tidy], kind: ")
    let head = try #require(try world.tip(world.branch("prod")))
    // A bot's close is nobody's no (trap 8), so the version is still wanted.
    try world.check("forge", "close", "\(number)", "--as", "tidy")
    let count = try world.requests().count
    try world.check("propose")
    #expect(try world.requests().count == count, "propose alone opens nothing from the old tip")
    try world.run(times: 2)
    #expect(try world.holds().isEmpty)
    let next = try #require(try world.openRequest("prod"))
    #expect(try next != number && world.state(number) == "closed")
    #expect(try world.tip(world.branch("prod")) != head)
  }
}
