import Promotion
import Testing

@Suite("L8 timely: a stage's calendar") struct CalendarTests {
  typealias Freeze = StageCalendar.Freeze

  private static func moment(_ seconds: Int) -> Timestamp { Timestamp(seconds: seconds) }
  private static func span(_ from: Int, _ until: Int) -> Interval { Interval(from: moment(from), until: moment(until)) }

  @Test func `without windows and freezes is always open`() {
    for seconds in [Int.min, -1, 0, 1 << 40, .max] { #expect(StageCalendar.open.closure(at: Self.moment(seconds)) == nil) }
  }

  @Test func `without a window that opens stays shut`() {
    let calendar = StageCalendar(windows: [], knownUntil: Self.moment(100))
    #expect(calendar.closure(at: Self.moment(0)) == .window(opensAt: nil))
  }

  @Test(
    arguments: [
      (9, .window(opensAt: moment(10))), (10, nil), (19, nil), (20, .window(opensAt: moment(30))), (30, nil),
      (40, .window(opensAt: nil)),
    ] as [(Int, StageCalendar.Closure?)])
  func `is open from a window's first moment to before its end`(seconds: Int, closure: StageCalendar.Closure?) {
    let calendar = StageCalendar(windows: [Self.span(30, 40), Self.span(10, 15), Self.span(15, 20)], knownUntil: Self.moment(50))
    #expect(calendar.windows == [Self.span(10, 20), Self.span(30, 40)])
    #expect(calendar.closure(at: Self.moment(seconds)) == closure)
  }

  @Test(
    arguments: [
      (9, nil), (10, .freeze(until: moment(50), reason: "short")), (15, .freeze(until: moment(50), reason: "long")),
      (20, .freeze(until: moment(50), reason: "long")), (49, .freeze(until: moment(50), reason: nil)), (50, nil),
      (60, .freeze(until: moment(70), reason: "later")), (70, nil),
    ] as [(Int, StageCalendar.Closure?)])
  func `tells the end of all freezes that follow without a break`(seconds: Int, closure: StageCalendar.Closure?) {
    let calendar = StageCalendar(
      windows: nil,
      freezes: [
        Freeze(Self.span(60, 70), reason: "later"), Freeze(Self.span(40, 50)), Freeze(Self.span(10, 20), reason: "short"),
        Freeze(Self.span(12, 40), reason: "long"), Freeze(Self.span(80, 80), reason: "of no length"),
      ], knownUntil: Self.moment(100))
    #expect(calendar.closure(at: Self.moment(seconds)) == closure)
  }

  @Test func `opens when a window that a freeze covers at first has thawed`() {
    let windows = [Self.span(10, 20), Self.span(30, 40)]
    func opening(_ freezes: [Interval]) -> StageCalendar.Closure? {
      let calendar = StageCalendar(windows: windows, freezes: freezes.map { Freeze($0) }, knownUntil: Self.moment(50))
      return calendar.closure(at: Self.moment(0))
    }
    #expect(opening([Self.span(5, 15)]) == .window(opensAt: Self.moment(15)))
    #expect(opening([Self.span(5, 20)]) == .window(opensAt: Self.moment(30)))
    #expect(opening([Self.span(5, 12), Self.span(11, 35)]) == .window(opensAt: Self.moment(35)))
    #expect(opening([Self.span(5, 45)]) == .window(opensAt: nil))
  }

  @Test func `tells no opening later than it knows`() {
    let calendar = StageCalendar(windows: [Self.span(60, 70)], knownUntil: Self.moment(50))
    #expect(calendar.closure(at: Self.moment(0)) == .window(opensAt: nil))
    #expect(calendar.closure(at: Self.moment(65)) == nil)
  }

  /// Against the definition itself, second by second.
  @Test(arguments: 0..<300 as Range<UInt64>) func `names only ends that are ends, whatever it holds`(seed: UInt64) {
    var random = Seeded(state: seed)
    func spans(_ count: Int) -> [Interval] {
      (0..<count).map { _ in
        let from = Int.random(in: 0..<60, using: &random)
        return Self.span(from, from + Int.random(in: 0..<15, using: &random))
      }
    }
    let windows = Int.random(in: 0..<4, using: &random) == 0 ? nil : spans(Int.random(in: 0..<6, using: &random))
    let freezes = spans(Int.random(in: 0..<6, using: &random))
    let calendar = StageCalendar(windows: windows, freezes: freezes.map { Freeze($0) }, knownUntil: Self.moment(80))
    func isFrozen(_ moment: Timestamp) -> Bool { freezes.contains { $0.contains(moment) } }
    func isOpen(_ moment: Timestamp) -> Bool {
      !isFrozen(moment) && windows.map { $0.contains { $0.contains(moment) } } ?? true
    }
    for seconds in -2..<85 {
      let now = Self.moment(seconds)
      switch calendar.closure(at: now) {
      case nil: #expect(isOpen(now), "at \(seconds) of \(calendar)")
      case .freeze(let until, _):
        let isWhole = (seconds..<until.seconds).allSatisfy { isFrozen(Self.moment($0)) }
        #expect(until > now && isWhole && !isFrozen(until), "at \(seconds) of \(calendar)")
      case .window(let opensAt):
        let end = opensAt ?? Self.moment(80)
        let isShut = seconds >= end.seconds || (seconds..<end.seconds).allSatisfy { !isOpen(Self.moment($0)) }
        #expect(!isFrozen(now) && !isOpen(now) && isShut, "at \(seconds) of \(calendar)")
        if let opensAt { #expect(opensAt > now && isOpen(opensAt), "at \(seconds) of \(calendar)") }
      }
    }
  }
}
