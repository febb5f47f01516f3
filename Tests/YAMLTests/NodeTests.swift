import Testing
import YAML

@Suite("Nodes and their spans")
struct NodeTests {
  /// The source text of a node's value.
  private func source(_ file: YAMLFile, _ node: YAMLNode) -> String { String(decoding: file.bytes[node.span], as: UTF8.self) }

  struct Scalar: Sendable, CustomTestStringConvertible {
    var source: String
    var raw: String
    var text: String
    var style: ScalarStyle
    var testDescription: String { source.debugDescription }
  }

  static let scalars: [Scalar] = [
    Scalar(source: "a: 1.2.3", raw: "1.2.3", text: "1.2.3", style: .plain),
    Scalar(source: "a: 1.2.3 # v", raw: "1.2.3", text: "1.2.3", style: .plain),
    Scalar(source: "a: '1.2'", raw: "'1.2'", text: "1.2", style: .single),
    Scalar(source: "a: 'it''s'", raw: "'it''s'", text: "it's", style: .single),
    Scalar(source: "a: \"x\\ty\"", raw: "\"x\\ty\"", text: "x\ty", style: .double),
    Scalar(source: "a: &v 1.2", raw: "1.2", text: "1.2", style: .plain),
    Scalar(source: "a: !!str &v 1.2", raw: "1.2", text: "1.2", style: .plain),
    Scalar(source: "a: &v\n  # note\n  \"1.2\"", raw: "\"1.2\"", text: "1.2", style: .double),
    Scalar(source: "a: !<tag:yaml.org,2002:str> 1", raw: "1", text: "1", style: .plain),
    Scalar(source: "a: one\n  two\n\n  three\nb: 1", raw: "one\n  two\n\n  three", text: "one two\nthree", style: .plain),
    Scalar(source: "a: |\n  one\n  two\nb: 1", raw: "|\n  one\n  two", text: "one\ntwo\n", style: .literal),
    Scalar(source: "a: |-\n  one\n\n\nb: 1", raw: "|-\n  one", text: "one", style: .literal),
    Scalar(source: "a: |+\n  one\n\nb: 1", raw: "|+\n  one\n", text: "one\n\n", style: .literal),
    Scalar(
      source: "a: >\n  one\n  two\n\n  three\n", raw: ">\n  one\n  two\n\n  three", text: "one two\nthree\n", style: .folded),
    Scalar(source: "a:\nb: 1", raw: "", text: "", style: .plain),
    Scalar(source: "{a: 1, b: [x, y]}", raw: "1", text: "1", style: .plain),
    Scalar(source: "{\"a\":\"1\"}", raw: "\"1\"", text: "1", style: .double),
    Scalar(source: "- x\n- y\n# c\n---\na: 1", raw: "1", text: "1", style: .plain),
    Scalar(source: "ключ: é\na: ünï 1.2\n", raw: "ünï 1.2", text: "ünï 1.2", style: .plain),
    Scalar(source: "\u{FEFF}# bom\na: é1\n", raw: "é1", text: "é1", style: .plain),
    Scalar(source: "x: é\n---\n\u{FEFF}a: 1\n", raw: "1", text: "1", style: .plain),
    Scalar(source: "x: \"\u{2028}\u{1F600}\"\na: 1\n", raw: "1", text: "1", style: .plain),
    Scalar(source: "a:\t1\n", raw: "1", text: "1", style: .plain),
  ]

  @Test("a scalar's span is its own bytes, and its text is decoded", arguments: scalars)
  func scalarSpan(_ scalar: Scalar) throws {
    for isWindows in [false, true] {
      let bytes = Array(scalar.source.utf8)
      let file = try YAMLFile(isWindows ? withCarriageReturns(bytes) : bytes, name: "f.yaml")
      let root = try #require(file.documents.last?.root)
      let node = try #require(try root.find(FieldPath("a")))
      let raw = isWindows ? String(decoding: withCarriageReturns(Array(scalar.raw.utf8)), as: UTF8.self) : scalar.raw
      #expect(source(file, node) == raw)
      #expect(node.text == scalar.text)
      #expect(node.style == scalar.style)
    }
  }

  @Test("positions count characters, and lines as an editor does")
  func positions() throws {
    let file = try file("\u{FEFF}é: {ü: 1}\r\nx: \"\u{2028}\"\rb: 2\n")
    let root = try #require(file.documents[0].root)
    let first = try #require(try root.find(path("é.ü"))).position
    #expect(first == (1, 8))
    let second = try #require(try root.find(path("b"))).position
    #expect(second == (3, 4))
  }

  @Test("merge keys bring in what a mapping has not: own keys win, and the first of a list")
  func mergeKeys() throws {
    let file = try file(
      """
      base: &base {a: 1, b: 2}
      more: &more {b: 3, c: 4}
      one: {<<: *base, a: own}
      two:
        <<: [*more, *base]
        d: 5
      three: {<<: {e: 6}}
      quoted: {"<<": *base}
      """)
    let root = try #require(file.documents[0].root)
    func pairs(_ field: String) throws -> [String] {
      try #require(try root.find(path(field))).entries.map { "\($0.key)=\($0.value.text)" }.sorted()
    }
    #expect(try pairs("one") == ["a=own", "b=2"])
    #expect(try pairs("two") == ["a=1", "b=3", "c=4", "d=5"])
    #expect(try pairs("three") == ["e=6"])
    #expect(try pairs("quoted") == ["<<="])
    #expect(try root.find(path("two.b"))?.text == "3")
    #expect(try root.find(path("one.c")) == nil)
  }

  @Test("aliases are followed, and the last anchor of a name before them wins")
  func aliases() throws {
    let file = try file("a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: &y [*x, *x]\nf: *y\n")
    let root = try #require(file.documents[0].root)
    #expect(root.entries.map(\.value.text) == ["1", "1", "2", "2", "", ""])
    #expect(try root.find(path("f.1"))?.text == "2")
    let b = try #require(try root.find(path("b")))
    #expect(b.isAlias)
    #expect(b.anchor == "x")
    #expect(b.definitionID == (try root.find(path("a")))?.definitionID)
    #expect(source(file, b) == "*x")
  }

  @Test("documents are as many as YAML says, and an empty one has no root")
  func documents() throws {
    #expect(try file("").documents.isEmpty)
    #expect(try file("# nothing\n").documents.isEmpty)
    #expect(try file("---\n").documents.map { $0.root == nil } == [true])
    #expect(
      try file("# head\n---\na: 1\n---\n# none\n---\nb: 1\n...\n").documents.map { $0.root == nil } == [false, true, false])
  }

  @Test(
    "the comment on a value's line is found",
    arguments: [
      ("a: 1 # sluice: pin", "sluice: pin"), ("a: \"#no\" #  yes  ", "yes"), ("a: {b: 1} # c", "c"),
      ("a: |- # head\n  # text\n", "head"), ("x: &n 1\na: *n # alias", "alias"), ("a: [1, 'x # y'] # z", "z"),
    ])
  func lineComments(_ source: String, _ comment: String) throws {
    let root = try #require(try file(source).documents[0].root)
    #expect(try root.find(path("a"))?.lineComment == comment)
  }

  @Test("no comment is found where there is none")
  func noLineComment() throws {
    let root = try #require(try file("a: x#y\n# c\nb: '# no'\n").documents[0].root)
    #expect(root.entries.map(\.value.lineComment) == [nil, nil])
  }

  @Test("a key that stands twice is named with both places")
  func duplicates() throws {
    let file = try file("a:\n  x: 1\n  y: 2\n  x: 3\n")
    #expect(
      file.duplicateKeys.map(\.description) == [
        "f.yaml:4:3: the key x stands twice in one mapping, first at 2:3, hint: remove one of them"
      ])
  }

  @Test("a template in braces shows as a complex key")
  func complexKey() throws {
    let root = try #require(try file("a: {{ .Values.x }}\nb: 1\n").documents[0].root)
    #expect(root.complexKey == nil)
    let template = try #require(try root.find(path("a")))
    #expect(template.complexKey != nil)
    #expect(template.entries.map(\.key) == ["{ .Values.x }"])
  }

  @Test(
    "what a plain scalar means, in YAML 1.1 and 1.2 together",
    arguments: [
      ("", .null), ("~", .null), ("null", .null), ("NULL", .null), ("nUll", .string), ("yes", .bool), ("off", .bool),
      ("y", .bool), ("True", .bool), ("tRue", .string), ("1", .int), ("-1", .int), ("+1", .int), ("0", .int), ("012", .int),
      ("0o7", .int), ("0x1F", .int), ("0b01", .int), ("1_000", .int), ("190:20:30", .int), ("12:99", .string),
      ("1.0", .float), ("1.", .float), (".5", .float), ("1e3", .float), ("1.5e+3", .float), ("5781e917", .float),
      (".inf", .float),
      ("-.Inf", .float), (".nan", .float), ("1:30.5", .int), ("e8c8dba5", .string), ("1.2.3", .string), ("v1", .string),
      ("1.31.4", .string), (".", .string), ("-", .string), ("1e", .string), ("2024-01-02", .timestamp),
      ("2024-1-2 10:00:00Z", .timestamp), ("2024-01", .string), ("<<", .merge), ("0x", .string), ("08", .int),
      ("1.2.3.4", .string), ("12e03", .float), ("99999999999999999999", .int), ("sha256:ab", .string),
    ] as [(String, ScalarType)])
  func types(_ text: String, _ type: ScalarType) {
    #expect(ScalarType(plain: Array(text.utf8)) == type, "\(text)")
  }

  @Test("a tag says more than the text")
  func tags() throws {
    let root = try #require(
      try file("a: !!str 1\nb: ! 1\nc: !custom 1\nd: !!int \"1\"\ne: 1\nf: '1'\ng: ~\nh: \"\"\n").documents[0].root)
    #expect(root.entries.map(\.value.resolvesToString) == [true, true, true, false, false, true, false, true])
    #expect(root.entries.map(\.value.isNull) == [false, false, false, false, false, false, true, false])
  }
}
