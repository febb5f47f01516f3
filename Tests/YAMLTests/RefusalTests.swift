import Testing
import YAML

@Suite("What cannot be edited exactly is refused with its place")
struct RefusalTests {
  @Test(
    "an edit that does not reach its own scalar says where it is written",
    arguments: [
      (
        "a: &x 1\nb: *x\n", "b",
        "f.yaml:2:4: b is given by the alias *x, whose anchor is at 1:4, hint: edit a, which changes every alias of it"
      ),
      (
        "a: &x {c: 1}\nb: *x\n", "b.c",
        "f.yaml:2:4: b.c is given by the alias *x, whose anchor is at 1:4, hint: edit a, which changes every alias of it"
      ),
      (
        "a: &x {c: 1}\nb:\n  <<: *x\n", "b.c",
        "f.yaml:3:3: b.c comes from this merge key; it is written at 1:8, hint: edit it there, which changes it wherever it is merged, or insert the field here"
      ),
      ("a: {x: 1, x: 2}\n", "a.x", "f.yaml:1:11: the key x stands twice in one mapping, first at 1:5, hint: remove one of them"),
      ("a:\n  b: 1\n", "a", "f.yaml:2:3: a is a mapping, not a scalar, hint: name a field below it"),
      (
        "a: {{ .Values.x }}\n", "a",
        "f.yaml:1:4: a is a mapping, not a scalar, hint: a template is no YAML; edit what it is rendered from"
      ),
      (
        "versions:\n  kubernetes: 1\n", "versions.kuberntes",
        "f.yaml:2:3: no kuberntes in versions, so no field versions.kuberntes, hint: did you mean kubernetes?"
      ),
      (
        "l:\n- name: api\n", "l.[name=apo].x",
        "f.yaml:2:1: no [name=apo] in l, so no field l.[name=apo].x, hint: did you mean api?"
      ),
      ("a: 1\n", "zzzzzz", "f.yaml:1:1: no zzzzzz, so no field zzzzzz, hint: --insert adds it"),
      ("", "a", "f.yaml:1:1: no field a: the file has no content, hint: --insert adds it"),
      ("a: 1\n---\na: 2\n", "a", "f.yaml:3:4: a is in several documents: 0, 1, hint: say which with --document"),
    ])
  func indirect(_ text: String, _ field: String, _ error: String) {
    #expect(refusal(text, .set(field, "9")) == error)
  }

  @Test("the one document that has the field is found, and a document that is not there is refused")
  func documents() throws {
    #expect(try edited("a: 1\n---\nb: 2\n", .set("b", "3")) == "a: 1\n---\nb: 3\n")
    #expect(refusal("a: 1\n", .set("a", "2", in: 3)) == "f.yaml: no document 3: the file has 1, hint: documents count from 0")
    #expect(refusal("a: 1\n---\nb: 2\n", .set("c", "3"))?.contains("no c") == true)
  }

  @Test("an anchored scalar is edited at the anchor's own path")
  func anchored() throws {
    #expect(try edited("a: &x 1 # c\nb: *x\n", .set("a", "2")) == "a: &x 2 # c\nb: *x\n")
    #expect(try edited("a: &x {c: 1}\nb:\n  <<: *x\n", .set("a.c", "2")) == "a: &x {c: 2}\nb:\n  <<: *x\n")
    #expect(try edited("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", .set("c", "3")) == "a: &x 1\nb: *x\nc: &x 3\nd: *x\n")
  }

  @Test("duplicate keys and templates beside the path do no harm")
  func beside() throws {
    #expect(try edited("a: {x: 1, x: 2}\nt: {{ .x }}\nb: 1\n", .set("b", "2")) == "a: {x: 1, x: 2}\nt: {{ .x }}\nb: 2\n")
  }

  @Test(
    "a file that is no YAML is refused",
    arguments: [
      ("a: b: c\n", "f.yaml:1:5: not valid YAML: mapping values are not allowed in this context"),
      ("a: 1\n b: 2\n", "f.yaml:2:3: not valid YAML: mapping values are not allowed in this context"),
      ("a: *x\n", "f.yaml:1:4: undefined alias *x, hint: an anchor &x must come before it in the same document"),
      ("a: &x 1\n---\nb: *x\n", "f.yaml:3:4: undefined alias *x, hint: an anchor &x must come before it in the same document"),
      ("a: &x [*x]\n", "f.yaml:1:8: the alias *x stands inside its own anchor &x"),
      (
        "\ta: 1\n",
        "f.yaml:1:1: not valid YAML: found character that cannot start any token while scanning for the next token at 1:1"
      ),
      ("a: [1\n", "f.yaml:2:1: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence at 1:4"),
      ("{{ x }}: 1\nb: {{ if }}\n{{ end }}\n", nil),
      (
        "a: {{ .x }} y\n",
        "f.yaml:1:13: not valid YAML: did not find expected key while parsing a block mapping at 1:1, hint: a template is no YAML; edit what it is rendered from"
      ),
      ("%YAML 3.0\n---\na: 1\n", "f.yaml:1:1: not valid YAML: found incompatible YAML document"),
      (
        "a: é\nb: \u{7F}\n",
        "f.yaml:2:4: not readable as UTF-8 text: control characters are not allowed (0x7F), hint: convert to UTF-8"
      ),
    ] as [(String, String?)])
  func invalid(_ text: String, _ error: String?) {
    let found = refusal(text)
    if let error { #expect(found == error) } else { #expect(found != nil) }
  }

  @Test(
    "bytes that are no UTF-8 text are refused with their place",
    arguments: [
      ([0x61, 0x3A, 0x20, 0xFF], "1:4"), ([0x61, 0x0A, 0xC3, 0x28], "2:2"), ([0x61, 0x3A, 0x20, 0x00], "1:4"),
      ([0xFF, 0xFE, 0x61, 0x00], "1:1"), ([0xFE, 0xFF, 0x00, 0x61], "1:1"), ([0x61, 0x00, 0x3A, 0x00], "1:1"),
      ([0xEF, 0xBB, 0xBF, 0x61, 0x3A, 0x20, 0x80], "1:4"), ([0xED, 0xA0, 0x80], "1:1"), ([0xF5, 0x80, 0x80, 0x80], "1:1"),
      ([0xC3], "1:1"),
    ] as [([UInt8], String)])
  func undecodable(_ bytes: [UInt8], _ place: String) {
    let error = #expect(throws: YAMLError.self) { try YAMLFile(bytes, name: "f.yaml") }
    #expect(error?.description.hasPrefix("f.yaml:\(place): ") == true, "\(error?.description ?? "")")
    #expect(error?.hint == "convert to UTF-8")
  }

  @Test("nesting is bounded, in source and through aliases", arguments: ["[", "{a: ", "- ", "? ", "[{a: "])
  func depthBomb(_ opening: String) {
    let clock = ContinuousClock()
    let bytes = Array(String(repeating: opening, count: 1_000_000 / opening.utf8.count).utf8)
    var error: YAMLError?
    let time = clock.measure { error = #expect(throws: YAMLError.self) { try YAMLFile(bytes, name: "f.yaml") } }
    #expect(error?.message.contains("nested deeper than 200") == true, "\(error?.description ?? "")")
    #expect(time < .seconds(2))
  }

  @Test("200 levels are well")
  func deep() throws {
    let text = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(try file(text).documents.count == 1)
    #expect(refusal("[" + text + "]")?.contains("nested deeper") == true)
    let chain = "a0: &a0 [x]\n" + (1...250).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined()
    #expect(refusal(chain)?.contains("through aliases") == true)
  }

  @Test("aliases that expand without bound are refused")
  func aliasBomb() {
    let bomb =
      "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
      + (1...9).map { n in "a\(n): &a\(n) [\((0..<9).map { _ in "*a\(n - 1)" }.joined(separator: ", "))]\n" }.joined()
    #expect(refusal(bomb)?.contains("aliases expand to more than 1000000 nodes") == true)
  }
}

@Suite("The difference of two texts")
struct UnifiedDiffTests {
  private func difference(_ old: String, _ new: String) -> String {
    UnifiedDiff.text(old: Array(old.utf8), new: Array(new.utf8), name: "f")
  }

  @Test("it prints as diff -u does")
  func prints() {
    let lines = (1...20).map { "\($0)\n" }
    var new = lines
    new[1] = "two\n"
    new[17] = ""
    #expect(
      difference(lines.joined(), new.joined()) == """
        --- a/f
        +++ b/f
        @@ -1,5 +1,5 @@
         1
        -2
        +two
         3
         4
         5
        @@ -15,6 +15,5 @@
         15
         16
         17
        -18
         19
         20

        """)
  }

  @Test("a missing final newline is told, and empty sides too")
  func ends() {
    #expect(difference("a", "a") == "")
    #expect(difference("a", "b\n") == "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n")
    #expect(difference("a\n", "a\nb") == "--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n a\n+b\n\\ No newline at end of file\n")
    #expect(difference("", "a\n") == "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n")
    #expect(difference("a\n", "") == "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-a\n")
  }
}
