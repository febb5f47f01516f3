import Testing
import YAML

@Suite("Field paths")
struct FieldPathTests {
  @Test(
    "a path reads as Kustomize's, and prints so that it reads the same",
    arguments: [
      ("a.b", [.key("a"), .key("b")]), ("a\\.b.c", [.key("a.b"), .key("c")]),
      ("spec.containers.[name=api].image", [.key("spec"), .key("containers"), .match(key: "name", value: "api"), .key("image")]),
      ("a[0].b", [.key("a"), .index(0), .key("b")]), ("a.0", [.key("a"), .key("0")]), ("[a.b/c].d", [.key("a.b/c"), .key("d")]),
      ("[name=x=y]", [.match(key: "name", value: "x=y")]), ("[name=a.b\\]c]", [.match(key: "name", value: "a.b]c")]),
      ("[=x]", [.match(key: "", value: "x")]), ("a\\[0\\]", [.key("a[0]")]), ("a\\=b\\\\", [.key("a=b\\")]), ("[]", [.key("")]),
      ("é.ü", [.key("é"), .key("ü")]),
    ] as [(String, [FieldPath.Step])])
  func reads(_ text: String, _ steps: [FieldPath.Step]) throws {
    let path = try FieldPath(text)
    #expect(path.steps == steps)
    #expect(try FieldPath(path.description) == path)
  }

  @Test(
    "a malformed path is refused with what is wrong",
    arguments: [
      ("", "an empty step"), ("a..b", "an empty step"), (".a", "an empty step"), ("a.", "an empty step"), ("a[b", "not closed"),
      ("a[b=c", "not closed"), ("a\\b", "a lone \\"), ("a\\", "a lone \\"), ("[a]b", "where '.' was expected"),
    ])
  func malformed(_ text: String, _ reason: String) {
    let error = #expect(throws: YAMLError.self) { try FieldPath(text) }
    #expect(error?.message.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test("FIELD=VALUE splits at the first = outside brackets that is not escaped")
  func arguments() throws {
    let (field, value) = try FieldArgument.parse("a.[name=x=y].b=v=1")
    #expect(field.steps == [.key("a"), .match(key: "name", value: "x=y"), .key("b")])
    #expect(value == "v=1")
    #expect(try FieldArgument.parse("a\\=b=").path.steps == [.key("a=b")])
    #expect(try FieldArgument.parse("a=").value == "")
    #expect(try FieldArgument.parse("a=x\\.y").value == "x\\.y")
    #expect(throws: YAMLError.self) { try FieldArgument.parse("a.b") }
  }

  static let sample = """
    items:
    - name: a
      tags: [x, "y", 3]
    - name: b
    - just text
    map: {0: zero, "1": one}
    """

  @Test(
    "a path finds its node",
    arguments: [
      ("items.0.name", "a"), ("items[1].name", "b"), ("items.[name=b].name", "b"), ("items.[name=a].tags.[=3]", "3"),
      ("items.[=just text]", "just text"), ("map.0", "zero"), ("map.1", "one"),
    ])
  func finds(_ field: String, _ text: String) throws {
    let root = try #require(try file(Self.sample).documents[0].root)
    #expect(try root.find(path(field))?.text == text)
  }

  @Test(
    "a path that leads nowhere finds nothing",
    arguments: ["items.5", "items.01", "items.name", "map[0]", "nix", "map.0.x", "items.[name=c]"])
  func findsNothing(_ field: String) throws {
    let root = try #require(try file(Self.sample).documents[0].root)
    #expect(try root.find(path(field)) == nil)
  }

  @Test("two elements that match, or a key that stands twice on the path, are errors")
  func ambiguous() throws {
    let root = try #require(try file("l:\n- n: a\n- n: a\nm: {x: 1, x: 2}\n").documents[0].root)
    let match = #expect(throws: YAMLError.self) { try root.find(path("l.[n=a]")) }
    #expect(match?.description == "f.yaml:3:3: two elements match [n=a], the first at 2:3, hint: name the element by its index")
    #expect(throws: YAMLError.self) { try root.find(path("m.x")) }
    #expect(try root.find(path("m.y")) == nil)
  }

  @Test("names near an unknown one are found, best first")
  func nearest() {
    #expect(NearestNames.of("kuberntes", among: ["kubernetes", "kube", "kubernete"]) == ["kubernetes", "kubernete"])
    #expect(NearestNames.of("ab", among: ["ba", "xy", "abc"]) == ["abc", "ba"])
    #expect(NearestNames.of("x", among: ["replicas"]).isEmpty)
  }
}
