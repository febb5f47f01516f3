import TestSupport
import Testing

@testable import Report

@Suite("Errors")
struct ErrorTextTests {
  @Test("an error and its hint are a line each, however the error words them")
  func forms() {
    let texts = [
      "cannot push refs/heads/main to origin: pre-receive hook declined",
      "policy.yaml:3:7: unknown key `stagse`, hint: did you mean `stages`?",
      "no cluster is called dev-9; hint: type `sluice status`",
      "the ledger went back.\nhint: `sluice ledger rebuild` starts a new one",
      "hint: only a hint",
      "two lines\nof what happened\nhint: first\nhint: second",
      "a hint: that is none",
      "", "\n\n",
    ]
    let difference = Golden.difference(ErrorText.text(texts), "errors.txt")
    #expect(difference == nil)
    let data = Golden.difference(ErrorText.json(texts).indentedText, "errors.json")
    #expect(data == nil)
  }

  @Test("nothing from outside steers the terminal or forges a line", arguments: Hostile.texts)
  func hostile(outside: String) {
    let lines = ErrorText.text("cannot read \(outside)").split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { Hostile.isPlain(String($0)) })
    #expect(lines.filter { $0.hasPrefix("error: ") }.count == 1)
    #expect(lines.last == "")
  }

  @Test("a thousand errors are counted")
  func many() {
    let text = ErrorText.text((1...1000).map { "error number \($0)" })
    #expect(text.split(separator: "\n").count == 51)
    #expect(text.hasSuffix("error: and 950 more errors\n"))
  }
}
