import Testing

@testable import Host

@Suite struct `The law of a zone's future` {
  @Test(arguments: [
    ("PST8PDT,M3.2.0,M11.1.0", "2026-03-08T10:00:00Z", -25_200, -28_800),
    ("PST8PDT,M3.2.0,M11.1.0", "2026-11-01T09:00:00Z", -28_800, -25_200),
    ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-10-03T15:30:00Z", 39_600, 37_800),
    ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-10-25T01:00:00Z", 0, 3600),
    ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-03-29T01:00:00Z", 3600, 0),
    ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600, -7200),
    ("IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z", 10_800, 7200),
    ("AAA-1BBB,J60/0,J300", "2028-02-29T23:00:00Z", 7200, 3600),
    ("AAA-1BBB,59/0,J300", "2028-02-28T23:00:00Z", 7200, 3600),
    ("AAA-1BBB,59/0,J300", "2026-02-28T23:00:00Z", 7200, 3600),
  ])
  func `puts clocks forward and back`(text: String, at: String, then: Int, before: Int) throws {
    let rule = try #require(ZoneRule(text.utf8))
    let moment = try #require(RFC3339.seconds(at))
    #expect(rule.offset(at: moment) == then)
    #expect(rule.offset(at: moment - 1) == before)
  }

  @Test func `may have no summer, or nothing else`() throws {
    #expect(ZoneRule("<+0545>-5:45".utf8)?.offset(at: 1_795_363_687) == 20_700)
    let summer = try #require(ZoneRule("XXX3EDT4,0/0,J365/23".utf8))
    for moment in stride(from: 1_767_225_600, to: 1_830_297_600, by: 86_400) { #expect(summer.offset(at: moment) == -14_400) }
    #expect(summer.offset(at: 1_798_772_400) == -14_400)  // 2027-01-01T03:00:00Z, where one year's meets the next one's
  }

  @Test(arguments: [
    "", "PS8", "PST", "PST25", "PST8PDT", "PST8PDT,M3.2.0", "PST8PDT,M3.2.0,M11.1.0,", "PST8PDT,M13.2.0,M11.1.0",
    "PST8PDT,M3.6.0,M11.1.0", "PST8PDT,M3.2.7,M11.1.0", "PST8PDT,J0,J5", "PST8PDT,366,J5", "PST8PDT,M3.2.0/168,M11.1.0",
    "<PST8", "PST8:60", " PST8", "PST8 ", "PST8:", "PST8PDT,M3.2.0/,M11.1.0",
  ])
  func `is refused when it is none`(text: String) {
    #expect(ZoneRule(text.utf8) == nil)
  }
}
