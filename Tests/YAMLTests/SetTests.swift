import Testing
import YAML

@Suite("Setting a scalar changes its bytes only")
struct SetTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var before: String
    var new: String
    var after: String
    var testDescription: String { "\(before.debugDescription) to \(new.debugDescription)" }
    init(_ before: String, _ new: String, _ after: String) { (self.before, self.new, self.after) = (before, new, after) }
  }

  static let styles: [Case] = [
    Case("a: 1.2.3", "1.2.4", "a: 1.2.4"),
    Case("a: v1 # c\n", "v2", "a: v2 # c\n"),
    Case("a: 'v1'\n", "v2", "a: 'v2'\n"),
    Case("a: 'v1'\n", "it's", "a: 'it''s'\n"),
    Case("a: 'v1'\n", "x\ny", "a: \"x\\ny\"\n"),
    Case("a: \"v1\"\n", "q\"\\\u{1}", "a: \"q\\\"\\\\\\u0001\"\n"),
    Case("a: &v v1\nb: *v\n", "v2", "a: &v v2\nb: *v\n"),
    Case("a: !!str 1\n", "2", "a: !!str 2\n"),
    Case("a: !!str 1.9\n", "1.10", "a: !!str 1.10\n"),
    Case("a:\n", "v1", "a: v1\n"),
    Case("a: \n", "v1", "a: v1\n"),
    Case("a: # c\n", "v1", "a: v1 # c\n"),
    Case("a: &x\n", "v1", "a: &x v1\n"),
    Case("a:", "v1", "a: v1"),
    Case("a: ~\n", "v1", "a: v1\n"),
    Case("{a: 1, b: 2}", "3", "{a: 3, b: 2}"),
    Case("{a: x, b: 2}", "y, z", "{a: \"y, z\", b: 2}"),
    Case("{\"a\": \"1\"}\n", "2", "{\"a\": \"2\"}\n"),
    Case("{\"a\": 1}\n", "v2", "{\"a\": \"v2\"}\n"),
    Case("{\"a\": 1}\n", "2", "{\"a\": 2}\n"),
    Case("a: v1\n", "x: y", "a: \"x: y\"\n"),
    Case("a: v1\n", "", "a: \"\"\n"),
    Case("a: v1\n", "# no", "a: \"# no\"\n"),
    Case("a: v1\n", "- x", "a: \"- x\"\n"),
    Case("a: v1\n", "-x", "a: -x\n"),
    Case("a: v1\n", "say \"x\": y", "a: 'say \"x\": y'\n"),
    Case("a: v1\n", " x", "a: \" x\"\n"),
    Case("a: v1\n", "{{ x }}", "a: \"{{ x }}\"\n"),
    Case("a: v1\n", "x\u{85}y", "a: \"x\\u0085y\"\n"),
    Case("a:\tv1\n", "v2", "a:\tv2\n"),
    Case("# head\n---\na: v1\n", "v2", "# head\n---\na: v2\n"),
    Case("\u{FEFF}a: é\n", "ü", "\u{FEFF}a: ü\n"),
    Case("a: |\n  one v1\n  two\nb: 1\n", "one v2\ntwo\n", "a: |\n  one v2\n  two\nb: 1\n"),
    Case("a: |\n  one\n  two\nb: 1\n", "one\nthree\nfour\ntwo\n", "a: |\n  one\n  three\n  four\n  two\nb: 1\n"),
    Case("a: |\n  one\n  two\nb: 1\n", "two\n", "a: |\n  two\nb: 1\n"),
    Case("a: >-\n  one\n  two v1\n", "one two v2", "a: >-\n  one\n  two v2\n"),
    Case("a: one v1\n  two\n", "one v2 two", "a: one v2\n  two\n"),
    Case("a: \"x v1\\\n  y\"\n", "x v2y", "a: \"x v2\\\n  y\"\n"),
    Case("a: 'x v1\n\n  y'\n", "x v2\ny", "a: 'x v2\n\n  y'\n"),
    Case("a: x\n  y\n", "x: 1 y", "a: \"x: 1 y\"\n"),
    Case("a: x\n\n  y\n", "x\nz", "a: x\n\n  z\n"),
    Case("a: 'x\n  y'\n", "\u{1}", "a: \"\\u0001\"\n"),
  ]

  @Test("every style keeps its manner", arguments: styles)
  func keepsStyle(_ test: Case) throws {
    #expect(try edited(test.before, .set("a", test.new)) == test.after)
  }

  @Test("every style keeps its manner with CR LF", arguments: styles.filter { !$0.new.contains("\n") })
  func keepsStyleWithCarriageReturns(_ test: Case) throws {
    let result = try YAMLFile(withCarriageReturns(Array(test.before.utf8)), name: "f").applying([.set("a", test.new)])
    #expect(
      String(decoding: result, as: UTF8.self) == String(decoding: withCarriageReturns(Array(test.after.utf8)), as: UTF8.self))
  }

  @Test(
    "a plain value is quoted only where it would turn from a string, or a number would not print back as itself",
    arguments: [
      Case("e8c8dba5", "5781e917", "\"5781e917\""), Case("v1", "20240801154321", "\"20240801154321\""),
      Case("1.9", "1.10", "\"1.10\""), Case("1", "1e3", "\"1e3\""), Case("1", "0x10", "\"0x10\""), Case("1.9", "2.0", "\"2.0\""),
      Case("1.9", "1.11", "1.11"), Case("1", "2", "2"), Case("1.31.4", "1.32", "\"1.32\""), Case("1.9", "1.9.1", "1.9.1"),
      Case("v1", "yes", "\"yes\""), Case("true", "no", "no"), Case("v1", "null", "\"null\""), Case("v1", "1:30", "\"1:30\""),
      Case("1", "010", "\"010\""), Case("2024-01-01", "2024-01-02", "2024-01-02"), Case("v1", "2024-01-02", "\"2024-01-02\""),
      Case("x", "<<", "\"<<\""), Case("1", "99999999999999999999", "\"99999999999999999999\""),
    ])
  func quoting(_ test: Case) throws {
    #expect(try edited("a: \(test.before)\n", .set("a", test.new)) == "a: \(test.after)\n")
  }

  @Test("a style asked for is the style written")
  func askedStyle() throws {
    #expect(try edited("a: \"0.2\"\n", .set("a", "1.0.0", style: .plain)) == "a: 1.0.0\n")
    #expect(try edited("a: x\n", .set("a", "1.0", style: .single)) == "a: '1.0'\n")
    #expect(try edited("a: x\n", .set("a", "x", style: .double)) == "a: \"x\"\n")
    #expect(refusal("a: x\n", .set("a", "b: c", style: .plain)) != nil)
    #expect(refusal("a: x\n", .set("a", "y", style: .literal)) != nil)
    #expect(refusal("a: |\n  x\n", .set("a", "y", style: .plain)) != nil)
  }

  @Test("setting what is there changes nothing")
  func nothingToDo() throws {
    for text in ["a: 1.10\n", "a: '1'\n", "a: |\n  x\n", "a: x\n  y\n", "{a: \"\\x41\"}"] {
      let old = try #require(try file(text).documents[0].root?.find(path("a"))).text
      #expect(try edited(text, .set("a", old)) == text)
    }
  }

  @Test("parts of a larger scalar are replaced in place, in every style")
  func parts() throws {
    let image = "ghcr.io/acme/api:v1.2.3@sha256:aa"
    #expect(
      try edited("a: \(image) # c\n", .replace("a", "v1.2.3", "v1.3.0", in: image))
        == "a: ghcr.io/acme/api:v1.3.0@sha256:aa # c\n")
    let script = "set -e\ncurl x/v1.2.3.tar\n\necho done\n"
    let literal = "a: |2\n    set -e\n  curl\nb: 1\n"
    #expect(try edited(literal, .replace("a", "curl", "wget", in: "  set -e\ncurl\n")) == "a: |2\n    set -e\n  wget\nb: 1\n")
    #expect(
      try edited("a: |\n    set -e\n    curl x/v1.2.3.tar\n\n    echo done\nb: 1\n", .replace("a", "v1.2.3", "v2", in: script))
        == "a: |\n    set -e\n    curl x/v2.tar\n\n    echo done\nb: 1\n")
    #expect(
      try edited("a: >\n  one\n  v1.2.3\n\n    more\n  end\n", .replace("a", "v1.2.3", "v2", in: "one v1.2.3\n\n  more\nend\n"))
        == "a: >\n  one\n  v2\n\n    more\n  end\n")
    #expect(try edited("a: \"\\x41 v1 \\u00e9\"\n", .replace("a", "v1", "v\"2", in: "A v1 é")) == "a: \"\\x41 v\\\"2 \\u00e9\"\n")
    #expect(try edited("a: 'it''s v1'\n", .replace("a", "v1", "v'2", in: "it's v1")) == "a: 'it''s v''2'\n")
    #expect(try edited("a: x v1\n   y\n", .replace("a", "v1", "v2", in: "x v1 y")) == "a: x v2\n   y\n")
    #expect(try edited("a: v1\n", .replace("a", "v1", "1.10", in: "v1")) == "a: \"1.10\"\n")
  }

  @Test("two parts of one scalar are replaced together, and overlapping ones are refused")
  func severalParts() throws {
    let image = "api:v1@sha256:aa"
    #expect(
      try edited("a: \(image)\n", .replace("a", "v1", "v2", in: image), .replace("a", "aa", "bb", in: image))
        == "a: api:v2@sha256:bb\n")
    #expect(refusal("a: \(image)\n", .replace("a", "v1@", "v2", in: image), .replace("a", "@sha", "b", in: image)) != nil)
    #expect(refusal("a: \(image)\n", .replace("a", "v1", "v2", in: image), .set("a", "x")) != nil)
    let outside = YAMLEdit(path: path("a"), operation: .replace([(range: 3..<99, with: "")]))
    #expect(refusal("a: abc\n", outside) != nil)
  }

  @Test("what cannot be written in its style is refused, not guessed")
  func unwritable() {
    #expect(refusal("a: |\n  x\n", .set("a", "x\u{1}\n")) != nil)
    #expect(refusal("a: >\n  x\n", .set("a", "x\ny\n")) != nil)
    #expect(refusal("a: |\n  x\n", .set("a", "  x\n")) != nil)
    #expect(
      refusal("a: |-\n  x\n", .set("a", "x\n"))
        == "f.yaml:1:4: cannot edit a safely: this block scalar ends with 0 line breaks, the new text with 1, "
        + "hint: end the text with as many line breaks")
    #expect(refusal("a: x\n  y\n", .replace("a", "x", "x: 1", in: "x y")) != nil)
    #expect(refusal("a: \"\\x41\\u00e9\"\n", .replace("a", "A", "B", in: "Aé")) == nil)
  }

  @Test("several edits apply together, in any order")
  func together() throws {
    let text = "a: 1\nb:\n  c: x # y\n  d: 'z'\n---\na: 2\n"
    #expect(
      try edited(
        text, .set("b.d", "w"), .set("a", "3", in: 1), .set("b.c", "v"), .insert("b.e", "new", in: 0), .remove("a", in: 0))
        == "b:\n  c: v # y\n  d: 'w'\n  e: new\n---\na: 3\n")
    #expect(refusal("a: 1\n", .set("a", "2"), .set("a", "3")) == "f.yaml:1:4: a is edited twice")
    #expect(try edited("a: 1\n", .set("a", "2"), .set("a", "2")) == "a: 2\n")
    #expect(try edited("a: 1\n") == "a: 1\n")
  }
}
