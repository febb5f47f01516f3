import Testing

@testable import Report

@Suite("Text from outside in Markdown")
struct MarkdownTests {
  @Test("plain text leaves no sign that renders as anything but itself", arguments: Hostile.texts)
  func plain(outside: String) {
    let text = MarkdownText.plain(outside, limit: 5000)
    #expect(Hostile.isPlain(text))
    #expect(!text.contains { "<>`|[]\\_*".contains($0) })
    #expect(!text.contains("@"))
    #expect(!text.contains("://"))
    #expect(!text.lowercased().contains("gh-1"))
    // What is left of a sign is its entity.
    #expect(text.withoutEntities.allSatisfy { !"@#!$%~&^*".contains($0) })
  }

  @Test("a code span is closed where it was opened", arguments: Hostile.texts)
  func code(outside: String) {
    let text = MarkdownText.code(outside, limit: 5000)
    #expect(Hostile.isPlain(text))
    #expect(!text.contains("|"))
    let ticks = text.count { $0 == "`" }
    #expect(ticks == 0 || (ticks == 2 && text.first == "`" && text.last == "`"))
  }

  @Test(
    "signs keep their look",
    arguments: [
      ("1.31.4+build_2", "1.31.4+build&#95;2"), ("@ann", "&#64;&#8203;ann"), ("a #12", "a &#35;&#8203;12"),
      ("https://x.test/y", "https:&#8203;//x.test/y"), ("100%", "100&#37;"), ("a|b", "a&#124;b"), ("GH-12", "GH-&#8203;12"),
      ("a & b", "a &#38; b"), ("www.x.test", "www&#8203;.x.test"),
    ])
  func signs(outside: String, markdown: String) {
    #expect(MarkdownText.plain(outside) == markdown)
  }

  @Test("a long text is cut before it is escaped, and never within an entity")
  func cut() {
    let text = MarkdownText.plain(String(repeating: "|", count: 5000), limit: 10)
    #expect(text == String(repeating: "&#124;", count: 10) + "…")
  }

  @Test("a table that is too long counts what it leaves out")
  func table() {
    let rows = (1...1000).map { ["cluster-\($0)", "x"] }
    let text = MarkdownText.table(["cluster", "value"], rows, limit: 400)
    let lines = text.split(separator: "\n")
    #expect(text.utf8.count < 450)
    #expect(lines.allSatisfy { $0.hasPrefix("|") && $0.hasSuffix("|") })
    #expect(lines.last == "| and \(1000 - (lines.count - 3)) more |  |")
  }

  @Test(
    "only an https address of plain signs becomes a link",
    arguments: [
      ("https://x.test/a/compare/v1...v2?x=1#y", true), ("http://x.test", false), ("javascript:alert(1)", false),
      ("https://x.test/)[a](https://y.test", false), ("https://x.test/ \"title\"", false), ("https://x.test/\n/approve", false),
      ("https://" + String(repeating: "a", count: 1000), false),
    ])
  func link(address: String, isLink: Bool) {
    #expect(MarkdownText.link("changes", to: address).contains("](https://x.test") == isLink)
  }

  @Test("on a terminal it is plain text: tables aligned, lines folded at words, comments and markup gone")
  func terminal() {
    let markdown = """
      Moves `api` to 7.2&#8203;.0 &#35;1 a &lt; b.

      | file | change |
      |---|---|
      | `apps/one.yaml` | 1 to 2 |
      | `b` |  |

      ### Evidence

      - dev ran it on several clusters and it qualified
      <details><summary>2 files</summary>

      </details>
      <!-- sluice:promotion {"format":1} -->

      """
    #expect(
      MarkdownText.terminal(markdown, width: 30) == [
        "Moves api to 7.2.0 #1 a &lt;", "b.", "", "file           change", "apps/one.yaml  1 to 2", "b", "", "Evidence",
        "  - dev ran it on several", "    clusters and it qualified", "  2 files:",
      ])
  }

  @Test(
    "nothing in a body steers the terminal that shows it", arguments: Hostile.texts + ["&#27;[2J&#10;x", "|&#27;|", "|", "||"])
  func terminalHostile(outside: String) {
    for markdown in [outside, "| \(outside) |\n|---|", "### \(outside)", "- \(outside)", MarkdownText.plain(outside)] {
      #expect(MarkdownText.terminal(markdown).allSatisfy(Hostile.isPlain))
    }
  }

  @Test("what is escaped for a forge is shown as it was", arguments: ["a | b", "`code`", "@ann closes #12", "[x](y) <b> www.x"])
  func terminalRoundTrip(outside: String) {
    #expect(MarkdownText.terminal(MarkdownText.plain(outside)) == [outside])
  }

  @Test("titles do not mention, refer or close", arguments: Hostile.texts)
  func inert(outside: String) {
    let text = PlainText.inert(outside, limit: 5000)
    #expect(Hostile.isPlain(text.filter { $0 != "\u{200b}" }))
    #expect(text.firstMatch(of: #/#\w/#) == nil)
    #expect(text.firstMatch(of: #/(^|\W)@\w/#) == nil)
  }

  @Test("a digest is left as it is in a title")
  func digest() {
    #expect(PlainText.inert("1.31.4@sha256:ab") == "1.31.4@sha256:ab")
  }
}

extension String {
  /// Without `&#124;` and the like.
  fileprivate var withoutEntities: String { replacing(#/&#\d+;/#, with: "") }
}
