import Host
import Promotion
import TestSupport
import Testing

@testable import Fleet

@Suite("L8 timely: a policy's windows and freezes") struct PolicyTimeTests {
  private static let text = """
    repository: {url: ../config.git}
    fleet: {clusters: [a], layers: [a.yaml]}
    components: {kubernetes: {field: k}, api: {field: a}}
    windows:
      business-hours: {days: mon-thu, hours: "09:00-16:00", zone: America/Los_Angeles}
      nights: {days: [fri-sat, mon], hours: ["22:00-02:00", "12:00-13:00"]}
      sundays: {days: sun, zone: Europe/Berlin}
      lunch: {hours: "12:00-13:00"}
    stages:
      - {name: dev, select: {}}
      - name: prod
        select: {}
        merge: {windows: [business-hours]}
        for: {api: {merge: {windows: [nights, lunch]}}}
      - {name: late, select: {}, merge: {windows: sundays}, for: {api: {merge: {windows: []}}}}
    freezes:
      - {from: 2026-12-18, until: 2027-01-04, zone: America/Los_Angeles, stages: [prod], reason: holidays}
      - {from: 2026-11-26T18:00, until: 2026-11-27T06:00}

    """

  private static func moment(_ text: String) throws -> Timestamp { try Timestamp(seconds: #require(RFC3339.seconds(text))) }
  private static func calendars(at now: String) throws -> [Slot: StageCalendar] {
    try Policies.read(text).calendars(at: moment(now))
  }

  private static let prod = Slot(stage: "prod", group: "kubernetes")
  private static let api = Slot(stage: "prod", group: "api")
  private static let dev = Slot(stage: "dev", group: "api")
  private static let late = Slot(stage: "late", group: "kubernetes")

  @Test(
    arguments: [
      (dev, "2026-11-22T19:00:00Z", nil, nil), (prod, "2026-11-23T17:00:00Z", nil, nil),
      (prod, "2026-11-22T19:00:00Z", "window", "2026-11-23T17:00:00Z"),
      (prod, "2026-11-24T00:00:00Z", "window", "2026-11-24T17:00:00Z"),
      (prod, "2026-11-26T20:00:00Z", "freeze", "2026-11-27T06:00:00Z"),
      (prod, "2026-12-18T07:59:59Z", "window", "2027-01-04T17:00:00Z"),
      (prod, "2026-12-18T08:00:00Z", "freeze holidays", "2027-01-04T08:00:00Z"),
      (api, "2026-11-22T11:00:00Z", "window", "2026-11-22T12:00:00Z"),
      (api, "2026-11-24T01:59:59Z", nil, nil), (api, "2026-11-24T02:00:00Z", "window", "2026-11-24T12:00:00Z"),
      (late, "2026-11-22T22:59:59Z", nil, nil), (late, "2026-11-22T23:00:00Z", "window", "2026-11-28T23:00:00Z"),
      (Slot(stage: "late", group: "api"), "2026-11-23T00:00:00Z", nil, nil),
    ] as [(Slot, String, String?, String?)])
  func `become the calendar of each stage and group`(slot: Slot, now: String, closure: String?, end: String?) throws {
    let calendar = try #require(Self.calendars(at: now)[slot])
    let told: (String?, Timestamp?) =
      switch try calendar.closure(at: Self.moment(now)) {
      case nil: (nil, nil)
      case .freeze(let until, let reason): (reason.map { "freeze \($0)" } ?? "freeze", until)
      case .window(let opensAt): ("window", opensAt)
      }
    #expect(told.0 == closure)
    #expect(try told.1 == end.map { try Self.moment($0) })
  }

  @Test func `are there for every slot`() throws {
    let calendars = try Self.calendars(at: "2026-11-22T19:00:00Z")
    #expect(calendars.count == 6)
    #expect(calendars[Self.dev]?.windows == nil)
    #expect(calendars[Self.dev]?.freezes.count == 1)
    #expect(calendars[Self.prod]?.freezes.map(\.reason) == [nil, "holidays"])
  }

  @Test func `that a far freeze shuts open at a time not known yet`() throws {
    let policy = try Policies.read(Self.text.replacing("until: 2027-01-04", with: "until: 2099-01-01"))
    let now = try Self.moment("2026-12-20T00:00:00Z")
    let closure = policy.calendars(at: now)[Self.prod]?.closure(at: now)
    #expect(try closure == .freeze(until: Self.moment("2099-01-01T08:00:00Z"), reason: "holidays"))
    #expect(policy.calendars(from: now, until: now)[Self.prod]?.windows == [])
  }

  @Test func `need tzdata, and say so`() throws {
    let folder = try TemporaryFolder()
    #expect {
      try PolicyFile.read(Array(Self.text.utf8), name: "policy.yaml", folder: "/", zones: ZoneFolder(folder.path))
    } throws: { error in
      "\(error)".hasPrefix(
        "policy.yaml:5:63: zone America/Los_Angeles can't be read, there are no time zones in \(folder.path), hint: install tzdata,"
      )
    }
  }

  @Test func `read the example of the design`() throws {
    let policy = try Policies.read(Self.text)
    #expect(policy.windows.map(\.name) == ["business-hours", "nights", "sundays", "lunch"])
    #expect(policy.windows[0].hours.days == [.monday, .tuesday, .wednesday, .thursday])
    #expect(policy.freezes[1].stages == nil)
    #expect(policy.freezes[0].reason == "holidays")
    #expect(policy.freezes[0].place == Place(file: "policy.yaml", line: 17, column: 5))
    #expect(policy.stage("prod")?.windows(for: "api") == ["nights", "lunch"])
    #expect(policy.stage("prod")?.windows(for: "kubernetes") == ["business-hours"])
  }
}
