import Testing

@testable import Forge

@Suite struct HiddenMarkTests {
  @Test(arguments: [
    "superseded by 1.31.5", "nothing --> left <!-- here", "\"quoted\" \\ back & <b>", "ünïcödé 🚀", "a\nb",
  ])
  func `a reason is read as it was written, and the body without it`(reason: String) {
    let text = HiddenMark.mark("Why\n\nand how\n", reason)
    let (body, mark) = HiddenMark.split(text.replacing("\n", with: "\r\n"))
    #expect(HiddenMark.isSame(body, "Why\n\nand how\n"))
    #expect(mark == reason.replacing("\n", with: " "))
    // One comment, ended once.
    #expect(text.split(separator: "-->", omittingEmptySubsequences: false).count == 2)
    #expect(text.split(separator: "<!--", omittingEmptySubsequences: false).count == 2)
  }

  @Test func `what a person wrote below a mark stays`() {
    let (body, mark) = HiddenMark.split(HiddenMark.mark("Why", "moot") + "\n\nThanks!")
    #expect(mark == "moot")
    #expect(body == "Why\n\nThanks!")
  }

  @Test(arguments: ["Why", "`<!-- sluice:closed {\"why\":\"x\"} -->`", "<!-- sluice:closed nonsense -->", ""])
  func `a body without a mark is as it is`(body: String) {
    let split = HiddenMark.split(body)
    #expect(split.mark == nil)
    #expect(split.body == body)
  }

  @Test func `a mark fits into a body that is as long as forges take`() {
    let text = HiddenMark.mark(String(repeating: "é", count: HiddenMark.bodyLimit), "moot")
    #expect(text.unicodeScalars.count == HiddenMark.bodyLimit)
    #expect(HiddenMark.split(text).mark == "moot")
  }

  @Test func `texts are cut between characters`() {
    #expect(HiddenMark.cut("ab🇩🇪c", 3) == "ab")
    #expect(HiddenMark.cut("ab🇩🇪c", 4) == "ab🇩🇪")
    #expect(HiddenMark.cut("abc", 3) == "abc")
  }

  @Test func `texts are the same but for line ends and white space at the end`() {
    #expect(HiddenMark.isSame("a\r\nb\r\n", "a\nb"))
    #expect(!HiddenMark.isSame("a\nb", "a\n b"))
  }
}
