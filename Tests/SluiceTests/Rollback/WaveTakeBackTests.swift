import Foundation
import TestSupport
import Testing

@Suite("Taking back waves (trap 14)")
struct WaveTakeBackTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let wave: Int
    let style: WaveWorld.Style
    var testDescription: String { "wave \(wave) by \(style.rawValue)" }
  }

  static let cases = (1...3).flatMap { wave in WaveWorld.Style.allCases.map { Case(wave: wave, style: $0) } }

  @Test(arguments: cases)
  func `the version is held for the stage, and the take-back of the rest is offered once`(_ it: Case) throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: WaveWorld.sizes[it.wave - 1])
    let merges = try prod.merges("1.1.0")
    #expect(merges.count == it.wave)
    let merge = try #require(merges.last)
    let moved = try prod.desiring("1.1.0").subtracting(prod.desiring("1.1.0", at: "\(merge)^1"))
    #expect(moved.count == WaveWorld.sizes[it.wave - 1] - (it.wave > 1 ? WaveWorld.sizes[it.wave - 2] : 0))
    // What the request said beforehand.
    let body = try world.request(prod.number(of: merge))["body"] as? String ?? ""
    #expect(body.contains("Reverting takes back wave \(it.wave) of 3"), "\(body)")
    #expect(body.contains("Sluice then offers to take") == (it.wave > 1))

    try prod.revert(merge, it.style)
    let rest = try prod.desiring("1.1.0")
    #expect(rest.isDisjoint(with: moved) && rest.count == WaveWorld.sizes[it.wave - 1] - moved.count)
    try world.run(times: 2)
    #expect(try prod.desiring("1.1.0") == rest, "nothing lands without a person")
    #expect(moved.allSatisfy { (try? world.cluster($0)) == "1.0.0" }, "apply brings back what was reverted")
    let hold = try #require(try world.holds().first { $0["stage"] as? String == "prod" })
    #expect(hold["clusters"] == nil, "the whole stage: \(hold)")
    if it.wave == 1 {
      #expect(try prod.takeBack() == nil)
    } else {
      let request = try #require(try prod.takeBack())
      #expect(request["title"] as? String == "Take app back to 1.0.0 in prod")
      let number = try #require(request["number"] as? Int)
      try world.check("forge", "approve", "\(number)", "--as", "dana")
      #expect(try world.runs(atMost: 3) { try rest.allSatisfy { try world.cluster($0) == "1.0.0" } } != nil)
    }
    #expect(try prod.desiring("1.1.0").isEmpty)
    let before = try prod.promotions()
    try world.run(times: 2)
    #expect(try prod.promotions() == before, "it is not proposed again")
    #expect(try world.check("explain", "prod").contains("held"))

    // A newer version is not barred, and asks a person once.
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 6) { try world.openRequest("prod") != nil } != nil)
    try world.run(times: 1)
    #expect(try prod.desiring("1.2.0").isEmpty)
    try world.check("forge", "approve", "\(try #require(try world.openRequest("prod")))", "--as", "dana")
    try prod.reach("1.2.0", count: 6, atMost: 30)
  }

  @Test func `one cluster of a wave that a person takes back bars that cluster alone (trap 16)`() throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 3)
    let merge = try #require(try prod.merges("1.1.0").last)
    let one = try #require(try prod.desiring("1.1.0").subtracting(prod.desiring("1.1.0", at: "\(merge)^1")).sorted().last)
    try world.override(one, "1.0.0")
    try world.run(times: 6)
    #expect(try prod.desiring("1.1.0") == Set(WaveWorld.prod).subtracting([one]))
    #expect(try world.file("clusters/\(one).yaml").contains("1.0.0"))
    #expect(try prod.takeBack() == nil)
    let hold = try #require(try world.holds().first)
    #expect(hold["clusters"] as? [String] == [one])
    try world.release("1.2.0")
    try prod.reach("1.2.0", count: 6, atMost: 30)
  }

  @Test func `undoing the revert releases, a bump of one cluster by hand does not (trap 17)`() throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 3)
    let merge = try #require(try prod.merges("1.1.0").last)
    try prod.revert(merge, .gitRevert)
    let reverted = try #require(try world.tip("main"))
    try world.run(times: 1)
    let hold = try #require(try world.holds().first?["id"] as? String)
    let one = try #require(try prod.desiring("1.0.0").sorted().first)
    try world.override(one, "1.1.0")
    try world.run(times: 1)
    #expect(try world.holds().contains { $0["id"] as? String == hold })
    // Back to before that bump, then the revert itself is reverted.
    try world.commit("unused") { try Command.check(["git", "-C", $0.path, "revert", "--no-commit", "HEAD"]) }
    try world.commit("unused") { try Command.check(["git", "-C", $0.path, "revert", "--no-commit", reverted]) }
    try world.run(times: 1)
    #expect(try !world.holds().contains { $0["id"] as? String == hold })
    #expect(try world.check("hold", "list", "--all").contains("is released: A Person brought it back"))
  }

  @Test func `a take-back that a person closes is not offered again, and bars nothing more (trap 8)`() throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 3)
    try prod.revert(try #require(try prod.merges("1.1.0").last), .gitRevert)
    try world.run(times: 1)
    let number = try #require(try prod.takeBack()?["number"] as? Int)
    let holds = try world.holds().count
    try world.check("forge", "close", "\(number)", "--as", "eve")
    let count = try world.requests().count
    try world.run(times: 3)
    #expect(try world.requests().count == count)
    #expect(try world.holds().count == holds)
    #expect(try prod.desiring("1.1.0").count == 1)
    // Who asks for it by name gets it all the same.
    try world.check("rollback", "prod", "app", "--as", "eve")
    let again = try #require(try prod.takeBack()?["number"] as? Int)
    try world.check("forge", "approve", "\(again)", "--as", "dana")
    #expect(try world.runs(atMost: 3) { try prod.desiring("1.1.0").isEmpty } != nil)
  }

  @Test func `rollback takes back all waves in one request`() throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 3)
    let text = try world.check("rollback", "prod", "app", "--as", "eve", "--reason", "it leaks")
    #expect(text.contains("take it back to 1.0.0") && text.contains("opened #"))
    let request = try #require(try prod.takeBack())
    #expect((request["body"] as? String)?.contains("it leaks") == true)
    try world.check("forge", "approve", "\(try #require(request["number"] as? Int))", "--as", "dana")
    try world.run(times: 2)
    #expect(try prod.desiring("1.1.0").isEmpty)
    #expect(try WaveWorld.prod.allSatisfy { try world.cluster($0) == "1.0.0" })
    let count = try world.requests().count
    try world.run(times: 2)
    #expect(try world.requests().count == count)
  }
}

extension World {
  /// What `hold list` says that holds now.
  func holds() throws -> [[String: Any]] {
    let text = try check("hold", "list", "--format", "json")
    let all = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return all?["holds"] as? [[String: Any]] ?? []
  }
}
