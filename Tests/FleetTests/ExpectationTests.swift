import Testing

@testable import Fleet

/// Testing has a type of the same name.
typealias Expectation = Fleet.Expectation

@Suite("What a number must be")
struct ExpectationTests {
  @Test(
    "A comparison and a number are read, with blanks or without",
    arguments: [
      ("< 0.01", Expectation(.less, 0.01)), ("<0.01", Expectation(.less, 0.01)), ("<= 1", Expectation(.atMost, 1)),
      (">=1", Expectation(.atLeast, 1)), (">  1e3", Expectation(.more, 1000)), ("== 0", Expectation(.equal, 0)),
      ("!= -2.5E-2", Expectation(.different, -0.025)), (" \t> +7 ", Expectation(.more, 7)), ("==.5", Expectation(.equal, 0.5)),
    ])
  func read(text: String, expectation: Expectation) { #expect(Expectation(text) == expectation) }

  @Test(
    "Nothing else is",
    arguments: [
      "", "<", "1", "= 1", "=> 1", "< x", "< NaN", "< nan", "< inf", "> -Inf", "< 0x10", "< 1e999", "< 1 2", "< 1,5", "< 1%",
      "<> 1", "< < 1", "1 < 2", "<\n1", "< 0.01 or > 2",
    ])
  func refused(text: String) { #expect(Expectation(text) == nil) }

  @Test(
    "It holds for the numbers it says, for infinite ones, and never for NaN",
    arguments: [
      ("< 1", [0.5, -.infinity], [1, 2, .infinity, .nan]), ("<= 1", [1, -.infinity], [1.5, .infinity, .nan]),
      ("> 1", [2, .infinity], [1, -.infinity, .nan]), (">= 1", [1, .infinity], [0.5, -.infinity, .nan]),
      ("== 1", [1], [0, .infinity, .nan]), ("!= 1", [0, .infinity, -.infinity], [1, .nan]),
    ] as [(String, [Double], [Double])])
  func holds(text: String, good: [Double], bad: [Double]) throws {
    let expectation = try #require(Expectation(text))
    #expect(good.allSatisfy { expectation.holds(for: $0) })
    #expect(bad.allSatisfy { !expectation.holds(for: $0) })
  }

  @Test("It is shown as it is written", arguments: ["< 0.01", "== 0", ">= 1.5", "!= -3"])
  func shown(text: String) { #expect(Expectation(text)?.description == text) }
}
