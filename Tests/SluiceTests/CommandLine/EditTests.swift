import Foundation
import TestSupport
import Testing

/// `sluice edit`: what a person types, and what is in the file afterwards.
@Suite("Edit")
struct EditTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let values = """
    # what every cluster has
    versions:
      kubernetes: "1.31.3"   # since May
      automation: 1.0.0
    images:
      - {name: api, tag: v1}
      - {name: a=b, tag: v1}
    dotted.key: {"[x]": 1}

    """

  private func edit(_ arguments: String...) throws -> Command {
    try Command.run([Binary.path, "edit"] + arguments, in: folder.path)
  }

  private func file(_ text: String = EditTests.values) throws { try folder.write(text, to: "f.yaml") }

  /// What the command must have made of the file: the text with one part replaced, and not a byte more.
  private func expect(_ before: String, _ after: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(try folder.text("f.yaml") == Self.values.replacing(before, with: after), sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    ("versions.kubernetes=1.31.4", "1.31.3", "1.31.4"), ("versions.automation=2.0", "1.0.0", "\"2.0\""),
    ("images.[name=api].tag=v2", "api, tag: v1", "api, tag: v2"), (#"images.[name=a\=b].tag=v2"#, "a=b, tag: v1", "a=b, tag: v2"),
    ("images.[name=a=b].tag=v=2", "a=b, tag: v1", "a=b, tag: v=2"), ("images.0.tag=v3", "api, tag: v1", "api, tag: v3"),
    (#"dotted\.key.\[x\]=2"#, "[x]\": 1", "[x]\": 2"),
  ])
  func `a value is set, and no other byte`(argument: String, before: String, after: String) throws {
    try file()
    let done = try edit("f.yaml", argument)
    #expect(done.status == 0 && done.output.isEmpty && done.errors.isEmpty, "\(done.errors)")
    try expect(before, after)
  }

  @Test func `a field is added with --insert, and taken away with --remove, which gives the file back`() throws {
    try file()
    #expect(try edit("f.yaml", "versions.addons=7", "--insert").status == 0)
    try expect("  automation: 1.0.0\n", "  automation: 1.0.0\n  addons: 7\n")
    #expect(try edit("f.yaml", "--remove", "versions.addons").status == 0)
    try expect("", "")
  }

  @Test func `with --insert, what is there already is set`() throws {
    try file()
    #expect(try edit("f.yaml", "versions.automation=2.0.0", "--insert").status == 0)
    try expect("1.0.0", "2.0.0")
  }

  @Test func `several edits are one replacement: all of them, or none`() throws {
    try file()
    let path = folder.path + "/f.yaml"
    let before = try inode(path)
    #expect(try edit("f.yaml", "versions.kubernetes=1.31.4", "versions.automaton=2", "--remove", "images").status == 65)
    try expect("", "")
    #expect(try inode(path) == before)
    #expect(try edit("f.yaml", "versions.kubernetes=1.31.4", "versions.automation=2.0.0", "--remove", "dotted\\.key").status == 0)
    let after = Self.values.replacing("1.31.3", with: "1.31.4").replacing("1.0.0", with: "2.0.0")
      .replacing("dotted.key: {\"[x]\": 1}\n", with: "")
    #expect(try folder.text("f.yaml") == after)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["f.yaml"])
  }

  @Test func `an absent field names the nearest ones`() throws {
    try file()
    let done = try edit("f.yaml", "versions.kubernets=1")
    #expect(done.status == 65 && done.output.isEmpty)
    #expect(done.errors.contains("f.yaml:") && done.errors.contains("kubernetes") && done.errors.contains("hint: "))
    try expect("", "")
  }

  @Test func `where several documents have the field, --document says which; they count from 0`() throws {
    try file("a: 1\n---\na: 1\nb: 1\n")
    let which = try edit("f.yaml", "a=2")
    #expect(which.status == 65 && which.errors.contains("--document"))
    #expect(try edit("f.yaml", "b=2").status == 0)
    #expect(try edit("f.yaml", "a=3", "--document", "1").status == 0)
    #expect(try folder.text("f.yaml") == "a: 1\n---\na: 3\nb: 2\n")
    let none = try edit("f.yaml", "a=4", "--document", "2")
    #expect(none.status == 65 && none.errors.contains("document"))
    let less = try edit("f.yaml", "a=4", "--insert", "--document=-1")
    #expect(less.status != 0 && !less.killedBySignal)
    #expect(try folder.text("f.yaml") == "a: 1\n---\na: 3\nb: 2\n")
  }

  @Test func `output goes where it is told to, and the file stays`() throws {
    try file()
    let shown = try edit("f.yaml", "versions.automation=2.0.0", "--output", "-")
    #expect(shown.output == Self.values.replacing("1.0.0", with: "2.0.0"))
    #expect(try edit("f.yaml", "versions.automation=2.0.0", "--output", "g.yaml").status == 0)
    #expect(try folder.text("g.yaml") == shown.output)
    try expect("", "")
  }

  @Test func `a dry run shows the difference, and writes nothing`() throws {
    try file()
    let done = try edit("f.yaml", "versions.kubernetes=1.31.4", "images.[name=api].tag=v2", "--dry-run")
    #expect(done.status == 0)
    expectGolden(done.output, "edit-dry-run.txt")
    try expect("", "")
    #expect(try edit("f.yaml", "versions.kubernetes=1.31.3", "--dry-run").output == "")
  }

  @Test func `the file's mode stays, and a link stays a link`() throws {
    try file()
    try Command.check(["chmod", "640", folder.path + "/f.yaml"])
    try Command.check(["ln", "-s", "f.yaml", folder.path + "/link.yaml"])
    #expect(try edit("link.yaml", "versions.automation=2.0.0").status == 0)
    try expect("1.0.0", "2.0.0")
    let link = try FileManager.default.attributesOfItem(atPath: folder.path + "/link.yaml")
    #expect(link[.type] as? FileAttributeType == .typeSymbolicLink)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/f.yaml")
    #expect(attributes[.posixPermissions] as? Int == 0o640)
  }

  @Test func `an edit that changes nothing does not touch the file`() throws {
    try file()
    let before = try inode(folder.path + "/f.yaml")
    #expect(try edit("f.yaml", "versions.automation=1.0.0").status == 0)
    #expect(try inode(folder.path + "/f.yaml") == before)
  }

  @Test(arguments: [
    ("a: [1\n", "a=2"), ("a: {{ template }}\n", "a=2"), ("a: *gone\n", "a=2"), ("a: 1\na: 2\n", "a=3"), ("a: \u{1}\n", "a=2"),
    ("a: &x {b: 1}\nc: *x\n", "c.b=2"),
  ])
  func `what can't be edited safely is refused with its place, and kept`(text: String, argument: String) throws {
    try file(text)
    let done = try edit("f.yaml", argument)
    #expect(done.status == 65 && done.output.isEmpty)
    #expect(done.errors.contains(#/^error: f\.yaml:[0-9]+:[0-9]+: /#), "\(done.errors)")
    #expect(try folder.text("f.yaml") == text)
  }

  @Test func `JSON is edited as YAML is`() throws {
    try file("{\n  \"a\": {\"b\": \"1.0\"},\n  \"c\": 2\n}")
    #expect(try edit("f.yaml", "a.b=1.1", "c=3").status == 0)
    #expect(try folder.text("f.yaml") == "{\n  \"a\": {\"b\": \"1.1\"},\n  \"c\": 3\n}")
  }

  private func inode(_ path: String) throws -> UInt64? {
    try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64
  }
}
