import Foundation
import TestSupport
import Testing

@Suite("git's own client and the tests' server understand each other")
struct HTTPServerTests {
  @Test("clone, fetch and push, with and without version 2, logged in or not", arguments: [true, false])
  func git(_ isVersion2: Bool) throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1", "big": String(repeating: "0123456789abcdef", count: 100_000)])
    let server = try GitHTTPServer(root: origin.folder.path) {
      $0.isVersion2 = isVersion2
      $0.credentials = ("me", "secret")
    }
    let work = origin.folder.path + "/work"
    let refused = try Command.run(["git", "clone", "-q", server.url("/origin.git"), work])
    #expect(refused.status != 0)
    let url = server.url("/origin.git").replacingOccurrences(of: "http://", with: "http://me:secret@")
    try Command.check(["git", "clone", "-q", url, work])
    #expect(try Command.check(["git", "-C", work, "rev-parse", "HEAD"]) == "\(tip)\n")
    try Command.check(["git", "-C", work, "commit", "-q", "--allow-empty", "-m", "more"])
    try Command.check(["git", "-C", work, "push", "-q", "origin", "HEAD:main"])
    #expect(try origin.git("log", "--format=%s", "main") == "more\nchange")
    let names = server.entries.filter { $0.status == 200 }.map(\.name)
    #expect(names.first == "GET info/refs" && names.last == "POST git-receive-pack")
  }
}
