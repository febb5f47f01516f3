import TestSupport
import Testing

@testable import Report

@Suite("Findings")
struct FindingsTests {
  private let report = FindingsReport([
    .init(.fine, "the branch main is protected"),
    .init(.warning, "the account may push to main", hint: "take the right away, since Sluice lands by the merge call"),
    .init(.problem, "`sluice/promotion` is not a required check", hint: "add it to the rules of main"),
    .init(.problem, "the token can't read the rules"),
  ])

  @Test("are a line each, with what to do behind it")
  func text() {
    let difference = Golden.difference(report.text + report.json.indentedText, "findings.txt")
    #expect(difference == nil)
    #expect(report.worst == .problem)
    #expect(FindingsReport([.init(.fine, "a"), .init(.warning, "b")]).worst == .warning)
    #expect(FindingsReport([]).worst == nil)
    #expect(FindingsReport([]).text.isEmpty)
  }

  @Test("nothing from outside steers the terminal or forges a line", arguments: Hostile.texts)
  func hostile(outside: String) {
    let report = FindingsReport([.init(.warning, outside, hint: outside), .init(.fine, "x" + outside)])
    let lines = report.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { Hostile.isPlain(String($0)) })
    #expect(Hostile.isPlain(report.json.text))
  }
}
