import TestSupport
import Testing

@testable import Upstream

@Suite("Version sources")
struct SourceTests {
  @Test("A list has the order in which it is written, each version once")
  func list() async throws {
    #expect(
      try await ListSource(["2", "1", "2", "10"]).versions()
        == [PublishedVersion("2", index: 0), PublishedVersion("1", index: 1), PublishedVersion("10", index: 3)])
  }

  @Test(
    "A tag's version is what stands for {version}, as it is written",
    arguments: [
      ("v{version}", "v1.2.3", "1.2.3"), ("v{version}", "vv1", "v1"), ("v{version}", "1.2.3", nil), ("v{version}", "v", nil),
      ("{version}", "v1.2.3", "v1.2.3"), ("{version}", "release/1", nil), ("{version}", "1.0+build_5-x", "1.0+build_5-x"),
      ("release/{version}-final", "release/1.2-final", "1.2"), ("release/{version}-final", "release/-final", nil),
      ("a{version}a", "a", nil), ("a{version}a", "aa", nil), ("a{version}a", "a1a", "1"), ("{version}", "1.0é", nil),
      ("{version}", "1.0^{}", nil), ("{version}", String(repeating: "1", count: 257), nil),
    ] as [(String, String, String?)])
  func pattern(pattern: String, tag: String, version: String?) throws {
    #expect(try TagPattern(pattern).version(in: tag) == version)
  }

  @Test("A pattern without {version}, or with two, is refused", arguments: ["v1", "", "{version}{version}", "{Version}"])
  func badPattern(text: String) {
    let error = #expect(throws: UpstreamError.self) { try TagPattern(text) }
    #expect(error?.kind == .invalid && error?.exitCode == 65)
  }

  @Test("Peeled names and what is no tag are no versions")
  func peeled() {
    let names = ["refs/tags/v2", "refs/tags/v1^{}", "refs/tags/v1", "refs/heads/v3", "refs/tags/x/v4", "refs/tags/v1.1^{}"]
    #expect(GitTagsSource.versions(in: names, .whole) == [PublishedVersion("v1"), PublishedVersion("v2")])
  }
}

@Suite("Tags of real repositories")
struct GitTagsTests {
  let folder = try! TemporaryFolder()  // without one there is nothing to test

  /// A bare repository with light and annotated tags.
  private func makeRepository() throws {
    try Command.check(["git", "init", "-q", "--bare", "app.git"], in: folder.path)
    let tree = try git("hash-object", "-t", "tree", "-w", "/dev/null")
    let commit = try git("commit-tree", tree, "-m", "one")
    try git("tag", "v1.0.0", commit)
    try git("tag", "-a", "-m", "two", "v1.1.0", commit)
    try git("tag", "nightly", commit)
    try git("update-ref", "refs/heads/v9.9.9", commit)
  }

  @discardableResult
  private func git(_ arguments: String...) throws -> String {
    let output = try Command.check(["git", "-C", folder.path + "/app.git"] + arguments)
    return output.last == "\n" ? String(output.dropLast()) : output
  }

  @Test("Light and annotated tags are versions, each once", arguments: ["app.git", "file://", "/"])
  func tags(form: String) async throws {
    try makeRepository()
    let url = form == "app.git" ? form : (form == "/" ? "" : form) + folder.path + "/app.git"
    let source = try GitTagsSource(url: url, relativeTo: folder.path, tag: "v{version}")
    #expect(try await source.versions() == [PublishedVersion("1.0.0"), PublishedVersion("1.1.0")])
    try git("tag", "v1.2.0", "v1.1.0^{commit}")
    #expect(try await source.versions().map(\.text) == ["1.0.0", "1.1.0", "1.2.0"])
    try git("tag", "-d", "v1.0.0")
    try git("pack-refs", "--all")
    #expect(try await source.versions().map(\.text) == ["1.1.0", "1.2.0"])
  }

  @Test("Tags are read over http too, in two questions and without a cache")
  func overHTTP() async throws {
    try makeRepository()
    let server = try GitHTTPServer(root: folder.path)
    let source = try GitTagsSource(url: server.url("/app.git"), relativeTo: folder.path, tag: "v{version}")
    #expect(try await source.versions() == [PublishedVersion("1.0.0"), PublishedVersion("1.1.0")])
    #expect(server.entries.map(\.name) == ["GET info/refs", "POST git-upload-pack"])
  }

  @Test("Without a pattern every tag that can be a version is one")
  func allTags() async throws {
    try makeRepository()
    let source = try GitTagsSource(url: "app.git", relativeTo: folder.path)
    #expect(try await source.versions().map(\.text) == ["nightly", "v1.0.0", "v1.1.0"])
  }

  @Test("A repository without tags has no versions")
  func noTags() async throws {
    try Command.check(["git", "init", "-q", "--bare", "app.git"], in: folder.path)
    #expect(try await GitTagsSource(url: "app.git", relativeTo: folder.path).versions().isEmpty)
  }

  @Test("A repository that is not there is unavailable, and named")
  func absent() async throws {
    let source = try GitTagsSource(url: "absent.git", relativeTo: folder.path)
    let error = await #expect(throws: UpstreamError.self) { try await source.versions() }
    #expect(error?.kind == .unavailable)
    #expect(error?.message.contains(folder.path + "/absent.git") == true)
  }

  @Test(
    "An address that can't be used is refused when it is read",
    arguments: ["https://me:pw@example.test/a.git", "git://example.test/a.git", ""])
  func unusable(url: String) {
    let error = #expect(throws: UpstreamError.self) { try GitTagsSource(url: url, relativeTo: folder.path) }
    #expect(error?.kind == .invalid && error?.exitCode == 65)
  }
}
