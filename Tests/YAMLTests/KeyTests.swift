import Testing
import YAML

@Suite("Inserted and removed keys are lines of their own")
struct KeyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var before: String
    var field: String
    var after: String
    /// Pruning the field gives the file back.
    var comesBack = true
    var testDescription: String { "\(field) into \(before.debugDescription)" }
    init(_ before: String, _ field: String, _ after: String, comesBack: Bool = true) {
      (self.before, self.field, self.after, self.comesBack) = (before, field, after, comesBack)
    }
  }

  static let insertions: [Case] = [
    Case("a: 1\n", "b", "a: 1\nb: v1\n"),
    Case("a: 1", "b", "a: 1\nb: v1"),
    Case("a: 1 # last\n", "b", "a: 1 # last\nb: v1\n"),
    Case("a: 1\n# after\n", "b", "a: 1\nb: v1\n# after\n"),
    Case("m:\n    a: 1\n\nn: 2\n", "m.b", "m:\n    a: 1\n    b: v1\n\nn: 2\n"),
    Case("m:\n    a: 1\n", "x.k.z", "m:\n    a: 1\nx:\n    k:\n        z: v1\n"),
    Case("m:\n  a: 1\n", "m.x.k", "m:\n  a: 1\n  x:\n    k: v1\n"),
    Case("- a: 1\n  b: 2\n- c: 3\n", "0.d", "- a: 1\n  b: 2\n  d: v1\n- c: 3\n"),
    Case("-   a: 1\n", "0.d", "-   a: 1\n    d: v1\n"),
    Case("l:\n- name: x\n- name: y\n", "l.[name=x].tag", "l:\n- name: x\n  tag: v1\n- name: y\n"),
    Case("a:\n  - x\n  - y # z\n", "b", "a:\n  - x\n  - y # z\nb: v1\n"),
    Case("a: |\n  text\n\n# c\n", "b", "a: |\n  text\nb: v1\n\n# c\n"),
    Case("a: |+\n  text\n\n", "b", "a: |+\n  text\n\nb: v1\n"),
    Case("a: x\n  y\n", "b", "a: x\n  y\nb: v1\n"),
    Case("a:\n", "b", "a:\nb: v1\n"),
    Case("m:\n", "m.b", "m:\n  b: v1\n", comesBack: false),
    Case("m: # c\nn: 1\n", "m.b", "m: # c\n  b: v1\nn: 1\n", comesBack: false),
    Case("m: &x\n", "m.b", "m: &x\n  b: v1\n", comesBack: false),
    Case("", "a", "a: v1\n"),
    Case("", "a.b", "a:\n  b: v1\n"),
    Case("# only\n", "a", "# only\na: v1\n"),
    Case("# only", "a", "# only\na: v1"),
    Case("---\n", "a", "---\na: v1\n"),
    Case("# head\n--- # c\n", "a", "# head\n--- # c\na: v1\n"),
    Case("\u{FEFF}", "a", "\u{FEFF}a: v1\n"),
    Case("\u{FEFF}a: 1\n", "b", "\u{FEFF}a: 1\nb: v1\n"),
    Case("{}\n", "a", "{\"a\": \"v1\"}\n"),
    Case("m: {}\n", "m.a", "m: {a: v1}\n", comesBack: false),
    Case("m: { }\n", "m.a.b", "m: {a: {b: v1} }\n", comesBack: false),
    Case("m: {x: 1}\n", "m.a", "m: {x: 1, a: v1}\n"),
    Case("m: { x: 1 } # c\n", "m.a", "m: { x: 1, a: v1 } # c\n"),
    Case("m: {x: 1,}\n", "m.a", "m: {x: 1, a: v1,}\n"),
    Case("{\"x\": 1}\n", "a", "{\"x\": 1, \"a\": \"v1\"}\n"),
    Case("{\"x\":1}", "a", "{\"x\":1,\"a\":\"v1\"}"),
    Case("{\n  \"x\": 1,\n  \"y\": {}\n}\n", "a", "{\n  \"x\": 1,\n  \"y\": {},\n  \"a\": \"v1\"\n}\n"),
    Case("{\n  \"x\": 1,\n  \"y\": {}\n}\n", "y.a", "{\n  \"x\": 1,\n  \"y\": {\"a\": \"v1\"}\n}\n", comesBack: false),
    Case("{\n\t\"x\": {\n\t\t\"y\": 1\n\t}\n}", "x.a", "{\n\t\"x\": {\n\t\t\"y\": 1,\n\t\t\"a\": \"v1\"\n\t}\n}"),
    Case("{\n  x: 1, # one\n  y: 2 # two\n}\n", "a", "{\n  x: 1, # one\n  y: 2, # two\n  a: v1\n}\n"),
    Case("{\n  x: 1,\n  y: 2,\n}\n", "a", "{\n  x: 1,\n  y: 2,\n  a: v1,\n}\n"),
    Case("a: 1\n...\n", "b", "a: 1\nb: v1\n...\n"),
    Case("é: 1\n", "ü", "é: 1\nü: v1\n"),
    Case("a: 1\n", "x\\.y/z", "a: 1\nx.y/z: v1\n"),
    Case("d: &d {b: 1}\nm:\n  <<: *d\n", "m.b", "d: &d {b: 1}\nm:\n  <<: *d\n  b: v1\n"),
  ]

  @Test("a key is inserted behind the last one, and pruning it gives the file back", arguments: insertions, [false, true])
  func inserts(_ test: Case, _ isWindows: Bool) throws {
    func bytes(_ text: String) -> [UInt8] { isWindows ? withCarriageReturns(Array(text.utf8)) : Array(text.utf8) }
    if isWindows, !test.before.contains("\n") { return }
    let added = try YAMLFile(bytes(test.before), name: "f").applying([.insert(test.field, "v1")])
    #expect(String(decoding: added, as: UTF8.self) == String(decoding: bytes(test.after), as: UTF8.self))
    if test.comesBack {
      let back = try YAMLFile(added, name: "f").applying([.prune(test.field)])
      #expect(String(decoding: back, as: UTF8.self) == String(decoding: bytes(test.before), as: UTF8.self))
    }
  }

  @Test("several keys share the parents that are missing")
  func together() throws {
    #expect(
      try edited("a: 1\n", .insert("m.x", "v1"), .insert("m.z", "v2"), .insert("b", "v3"))
        == "a: 1\nm:\n  x: v1\n  z: v2\nb: v3\n")
    #expect(refusal("a: 1\n", .insert("m", "v1"), .insert("m.y", "v2")) == "f.yaml:1:1: m.y is inserted twice")
  }

  @Test(
    "a new value is quoted where parsers would differ on it",
    arguments: [
      ("v1", "v1"), ("1.31", "1.31"), ("1.10", "\"1.10\""), ("true", "true"), ("yes", "\"yes\""), ("3", "3"), ("0x1", "\"0x1\""),
      ("", "\"\""), ("a: b", "\"a: b\""), ("2024-01-02", "\"2024-01-02\""),
    ])
  func newValues(_ text: String, _ written: String) throws {
    #expect(try edited("a: 1\n", .insert("b", text)) == "a: 1\nb: \(written)\n")
    #expect(try edited("a: 1\n", .insert("b", text, style: .single)) == "a: 1\nb: '\(text)'\n")
  }

  @Test("new keys are quoted where they would not be strings")
  func newKeys() throws {
    #expect(
      try edited("a: 1\n", .insert("on", "v1"), .insert("1\\.20", "v1"), .insert("x y", "v1"))
        == "a: 1\n\"on\": v1\n\"1.20\": v1\nx y: v1\n")
  }

  @Test(
    "a key goes with its own lines",
    arguments: [
      Case("a: 1\nb: 2 # two\nc: 3\n", "b", "a: 1\nc: 3\n"),
      Case("a: 1\n# about b\nb:\n  x: 1\n  y: 2\n\nc: 3\n", "b", "a: 1\n# about b\n\nc: 3\n"),
      Case("a: 1\nb: 2", "b", "a: 1"),
      Case("a: 1\nb: 2", "a", "b: 2"),
      Case("b: |\n  x\n  y\nc: 1\n", "b", "c: 1\n"),
      Case("- name: x\n  tag: 1\n", "0.name", "- tag: 1\n"),
      Case("- name: x # n\n  # about tag\n  tag: 1\n", "0.name", "-\n  # about tag\n  tag: 1\n"),
      Case("- name: x\n  tag: 1\n", "0.tag", "- name: x\n"),
      Case("m:\n  a: 1 # c\nn: 1\n", "m.a", "m: {}\nn: 1\n"),
      Case("m: # c\n  a: 1\n", "m.a", "m: {} # c\n"),
      Case("m: &x\n  a: 1\n", "m.a", "m: &x\n  {}\n"),
      Case("- a: 1\n- b: 2\n", "0.a", "- {}\n- b: 2\n"),
      Case("a: 1\n", "a", "{}\n"),
      Case("a: 1 # c", "a", "{} # c"),
      Case("{a: 1, b: 2}", "a", "{b: 2}"),
      Case("{a: 1, b: 2}", "b", "{a: 1}"),
      Case("{a: 1}", "a", "{}"),
      Case("{a: 1,}", "a", "{}"),
      Case("{ a: [1, 2], b: 2, }", "b", "{ a: [1, 2], }"),
      Case("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "a", "{\n  \"b\": 2\n}\n"),
      Case("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "b", "{\n  \"a\": 1\n}\n"),
      Case("{\n  a: 1, # one\n  b: 2, # two\n  c: 3 # three\n}\n", "b", "{\n  a: 1, # one\n  c: 3 # three\n}\n"),
      Case("d: &d 1\nm: {x: *d}\nn: *d\n", "n", "d: &d 1\nm: {x: *d}\n"),
      Case("a: 1\n---\nb: 1\nc: 2\n", "c", "a: 1\n---\nb: 1\n"),
    ])
  func removes(_ test: Case) throws {
    #expect(try edited(test.before, .remove(test.field)) == test.after)
  }

  @Test("several keys go together")
  func removesTogether() throws {
    #expect(try edited("a: 1\nb: 2\nc: 3", .remove("b"), .remove("c")) == "a: 1")
    #expect(try edited("m:\n  a: 1\n  b: 2\n", .remove("m.a"), .remove("m.b")) == "m: {}\n")
    #expect(try edited("m:\n  a: 1\n  b: 2\nn: 1\n", .prune("m.a"), .prune("m.b")) == "n: 1\n")
    #expect(try edited("{a: 1, b: 2, c: 3, d: 4}", .remove("a"), .remove("c"), .remove("d")) == "{b: 2}")
    #expect(try edited("- a: 1\n  b: 2\n  c: 3\n", .remove("0.a"), .remove("0.b")) == "- c: 3\n")
    #expect(try edited("a: 1\nb: 2\n", .remove("a"), .insert("c", "v1")) == "b: 2\nc: v1\n")
    #expect(try edited("a: 1\n", .remove("a"), .insert("c", "v1")) == "c: v1\n")
    #expect(refusal("m:\n  a: 1\n  b: 2\n", .remove("m"), .set("m.a", "2"))?.contains("removed") == true)
  }

  @Test("pruning takes the mappings that are left empty, up to the document")
  func prunes() throws {
    #expect(try edited("x: 1\nm:\n  n:\n    a: 1\n", .prune("m.n.a")) == "x: 1\n")
    #expect(try edited("# c\nm:\n  a: 1\n", .prune("m.a")) == "# c\n")
    #expect(try edited("m:\n  a: 1\n---\nb: 1\n", .prune("m.a")) == "---\nb: 1\n")
    #expect(try edited("l:\n- a: 1\n", .prune("l.0.a")) == "l:\n- {}\n")
    #expect(try edited("{m: {a: 1}}", .prune("m.a")) == "{}")
    #expect(try edited("m:\n  a: 1\n  b: 2\n", .prune("m.a")) == "m:\n  b: 2\n")
  }

  @Test("what an alias needs cannot be removed")
  func anchored() {
    #expect(refusal("a: &x 1\nb: *x\n", .remove("a"))?.contains("undefined alias") == true)
  }

  @Test("only a key that is missing from a mapping can be inserted")
  func refusals() {
    #expect(refusal("a: 1\n", .insert("a", "2")) == "f.yaml:1:4: a exists already, hint: set it instead of inserting it")
    #expect(
      refusal("a: 1\n", .insert("a.b", "2"))
        == "f.yaml:1:4: a is a scalar, not a mapping, hint: a key can be inserted into a mapping only")
    #expect(refusal("a: null\n", .insert("a.b", "2"))?.contains("a is a null") == true)
    #expect(refusal("a: [1]\n", .insert("a.b", "2"))?.contains("a is a sequence") == true)
    #expect(refusal("a: [1]\n", .insert("a[3]", "2"))?.contains("f.yaml:1:4") == true)
    #expect(refusal("a: 1\n---\nb: 2\n", .insert("c", "2"))?.contains("--document") == true)
    #expect(refusal("a: |\n  x", .insert("b", "2"))?.contains("safely") == true)
    #expect(refusal("[a: 1]", .insert("0.b", "2"))?.contains("without braces") == true)
  }
}
