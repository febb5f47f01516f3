import TestSupport
import Testing

@Suite("A version's journey")
struct JourneyTests {
  @Test func `a release travels dev, staging and prod, and prod waits for a person`() throws {
    let world = try World()
    try world.release("1.0.0")
    try world.check("run")
    try world.release("1.1.0")
    #expect(try world.runs { try world.openRequest("prod") != nil } != nil)
    #expect(try world.runs("dev", "1.1.0") && world.runs("staging", "1.1.0"))
    #expect(try world.runs("prod", "1.0.0"))
    let number = try #require(try world.openRequest("prod"))
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    #expect(try world.runs { try world.hasQualified("prod", "1.1.0") } != nil)
    #expect(try world.desired("prod") == "1.1.0")
    #expect(try world.upgrades().count == 8)
  }
}
