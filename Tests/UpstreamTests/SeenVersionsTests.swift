import Promotion
import Testing

@testable import Upstream

@Suite("What has been seen only grows")
struct SeenVersionsTests {
  private let now = Timestamp(seconds: 1000)
  private let later = Timestamp(seconds: 2000)

  private func merge(_ previous: [SeenVersion], _ answer: [PublishedVersion], _ now: Timestamp) -> [SeenVersion] {
    SeenVersions.merge(previous: previous, answer: answer, now: now)
  }

  private func order(_ seen: [SeenVersion]) -> String { seen.map { "\($0.version)@\($0.index)" }.joined(separator: " ") }
  private func plain(_ texts: String...) -> [PublishedVersion] { texts.map { PublishedVersion($0) } }
  private func ordered(_ texts: String...) -> [PublishedVersion] {
    texts.enumerated().map { PublishedVersion($1, index: $0) }
  }

  @Test("Versions first met in one answer without order or dates share an index")
  func shared() {
    let first = merge([], plain("b", "a"), now)
    #expect(order(first) == "a@0 b@0")
    let second = merge(first, plain("d", "b", "c", "a"), later)
    #expect(order(second) == "a@0 b@0 c@1 d@1")
    #expect(second.map(\.first.seconds) == [1000, 1000, 2000, 2000])
  }

  @Test("An answer with less, or nothing, takes nothing away and changes nothing", arguments: [[], ["b"], ["c", "a"]])
  func partial(texts: [String]) {
    let seen = merge(merge([], plain("a", "b"), now), plain("a", "b", "c"), now)
    #expect(merge(seen, texts.map { PublishedVersion($0) }, later) == seen)
  }

  @Test("The same answer again changes nothing, whatever its order")
  func again() {
    let seen = merge([], plain("a", "b", "c"), now)
    #expect(merge(seen, plain("c", "a", "b"), later) == seen)
    let own = merge([], ordered("x", "w", "v"), now)
    #expect(merge(own, ordered("x", "w", "v"), later) == own)
    let dated = merge([], [PublishedVersion("a", date: 5), PublishedVersion("b", date: 3)], now)
    #expect(merge(dated, [PublishedVersion("b", date: 3), PublishedVersion("a", date: 5)], later) == dated)
  }

  @Test("A version that is named twice counts once")
  func twice() {
    #expect(order(merge([], plain("a", "a"), now)) == "a@0")
  }

  @Test("A source's own order is the order, also for what comes between")
  func ownOrder() {
    let first = merge([], ordered("10", "9", "8"), now)
    #expect(order(first) == "10@0 9@1 8@2")
    #expect(order(merge(first, ordered("10", "9.5", "9", "8", "7"), later)) == "10@0 9.5@1 9@2 8@3 7@4")
  }

  @Test("What the source lists no longer stays behind what it came after")
  func unlisted() {
    let first = merge([], ordered("a", "b", "c", "d"), now)
    #expect(order(merge(first, ordered("a", "d", "e"), later)) == "a@0 b@1 c@2 d@3 e@4")
    #expect(order(merge(first, ordered("d", "e"), later)) == "a@0 b@1 c@2 d@3 e@4")
    #expect(order(merge(first, ordered("e"), later)) == "a@0 b@1 c@2 d@3 e@4")
  }

  @Test("Equal places in the source's order stay unordered")
  func equalPlaces() {
    let answer = [PublishedVersion("a", index: 0), PublishedVersion("b", index: 0), PublishedVersion("c", index: 1)]
    #expect(order(merge([], answer, now)) == "a@0 b@0 c@1")
  }

  @Test("Where every version has a date, the dates are the order, also for one that is found late")
  func dates() {
    let first = merge([], [PublishedVersion("b", date: 20), PublishedVersion("a", date: 30)], now)
    #expect(order(first) == "b@0 a@1")
    #expect(order(merge(first, [PublishedVersion("c", date: 25), PublishedVersion("d", date: 30)], later)) == "b@0 c@1 a@2 d@2")
  }

  @Test("Where one has no date, later answers come later")
  func someDates() {
    let first = merge([], [PublishedVersion("b", date: 20), PublishedVersion("a")], now)
    #expect(order(first) == "a@0 b@0")
    #expect(order(merge(first, [PublishedVersion("c", date: 10)], later)) == "a@0 b@0 c@1")
  }

  @Test("The first date that the source gave stays; one that was missing is filled in")
  func keptDate() {
    let first = merge([], [PublishedVersion("a", date: 20), PublishedVersion("b")], now)
    let second = merge(first, [PublishedVersion("a", date: 99), PublishedVersion("b", date: 7)], later)
    #expect(second.first { $0.version.text == "a" }?.date == Timestamp(seconds: 20))
    #expect(second.first { $0.version.text == "b" }?.date == Timestamp(seconds: 7))
  }

  @Test("Only the source's own word withdraws a version, or brings it back")
  func withdrawn() {
    let first = merge([], plain("a", "b"), now)
    let second = merge(first, [PublishedVersion("a", withdrawn: true)], later)
    #expect(second.map(\.withdrawn) == [true, false])
    #expect(merge(second, plain("b"), later).map(\.withdrawn) == [true, false])
    #expect(merge(second, plain("a"), later).map(\.withdrawn) == [false, false])
  }
}
