import Foundation
import TestSupport
import Testing

@Suite("Trap 34: a ledger that was tampered with, clocks that are wrong, a forge that is down")
struct TroubleOverTimeTests {
  @Test func `a forge that is down for a day: clusters are checked and upgraded, and no promotion is replaced`() throws {
    let world = try World(
      World.Plan(
        tiers: [("dev", ["d1"]), ("prod", ["p1"])], stageSettings: ["prod": "merge: {approvals: 1}\nreplaceAfter: 0s"],
        more: "maxGap: 4h\n"))
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 5) { try world.openRequest("prod") != nil } != nil)
    let head = try world.tip(world.branch("prod"))
    let forge = try world.git("rev-parse", "refs/sluice/forge").trimmed
    try world.move("refs/sluice/forge", try world.git("rev-parse", "main:defaults.yaml").trimmed)
    // A person goes on by hand.
    try world.release("1.2.0")
    try world.bumpByHand("dev", from: "1.1.0", to: "1.2.0")
    for _ in 0..<9 {
      #expect(try world.sluice("run").status != 0)
      try world.advance(3 * 3600)
    }
    #expect(try world.runs("dev", "1.2.0") && world.upgrades().filter { $0 == "d1 1.2.0" }.count == 1)
    #expect(try world.hasQualified("dev", "1.2.0"))
    #expect(try world.tip(world.branch("prod")) == head)
    #expect(try !world.reasons("prod", "slotUnknown").isEmpty)
    try world.move("refs/sluice/forge", forge)
    try world.check("run")
    #expect(try world.title(try #require(try world.openRequest("prod"))).contains("1.2.0"))
    #expect(try world.holds().isEmpty)
  }

  @Test(arguments: ["run", "merge"])
  func `behind a heartbeat of tomorrow nothing is written, and the exit code says to try again later`(_ job: String) throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    let now = try world.clock
    // A run on a machine whose clock is a day ahead sees the clusters.
    try world.setClock(now + 86_400)
    try world.check("run", "--only", "check")
    try world.setClock(now)
    let before = try world.references()
    let done = try world.sluice(job)
    #expect(done.status == 75 && done.errors.contains("this machine's clock says"), "\(done.output)\(done.errors)")
    #expect(try world.references() == before)
    try world.setClock(now + 86_400)
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
  }

  @Test func `a qualification that somebody wrote by hand in another's place counts for nothing`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    // prod asks for 1.1.0 because it qualified in dev; the record is made to say 1.9.0, under the name of the old one.
    try world.rewriteLedger("qualified/dev/app/*.json", "s/\"1.1.0\"/\"1.9.0\"/")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    // Each job by itself, since check stops the chain: it can't write over a record that is not what its name says.
    for job in ["bump", "propose", "gate", "merge"] { try world.check(job) }
    #expect(try !world.check("plan").contains("1.9.0"))
    let done = try world.sluice("run")
    #expect(done.status == 65 && (done.output + done.errors).contains("qualified/dev/app/"), "\(done.output)\(done.errors)")
    #expect(try world.desired("prod") == "1.0.0")
    #expect(try !world.requests().contains { ($0["title"] as? String)?.contains("1.9.0") == true })
  }

  @Test func `a ledger taken back by hand to before a promotion is refused by everything that would act on it`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    let old = try #require(try world.tip("sluice-ledger"))
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.release("1.2.0")
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.1.0")
    try world.move("refs/heads/sluice-ledger", "\(old)~1")
    for job in ["run", "bump", "propose", "gate", "merge", "apply"] {
      let before = try world.references()
      let done = try world.sluice(job)
      #expect(done.status == 65 && done.errors.contains("ledger rebuild"), "\(job): \(done.output)\(done.errors)")
      #expect(try world.references() == before, "\(job)")
    }
  }
}
