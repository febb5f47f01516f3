import Foundation
import TestSupport
import Testing

@Suite("bad input: no space, no rights")
struct SpaceTests {
  /// A world in which there is something to do: another release.
  private func world() throws -> World {
    let world = try World(copyOf: try TroubleTests.start.get())
    try world.release("1.2.0")
    return world
  }

  /// No file may grow at all. What is printed goes through a pipe: that is no file.
  @Test func `without space nothing is lost, and the next run goes on`() throws {
    let world = try world()
    let before = try world.references()
    let script = "(ulimit -f 0; exec \"$0\" run) 2>&1 | cat"
    let command = ["bash", "-o", "pipefail", "-c", script, Binary.path]
    let full = try Command.run(command, in: world.path, environment: world.environment)
    #expect(full.status == 75 && !full.killedBySignal, "\(full.status) \(full.output)")
    #expect(full.output.contains("error: ") && full.output.contains("hint: free space there"), "\(full.output)")
    _ = try world.git("fsck", "--strict", "--no-dangling")
    #expect(try world.references() == before)
    try world.check("run")
    #expect(try world.desired("dev") == "1.2.0")
    let left = try Command.check(["find", "fleet.git", "-name", "*.lock", "-o", "-name", "tmp_obj*"], in: world.path)
    #expect(left == "")
  }

  /// What somebody without rights types before a command; nil where this user cannot become one.
  private static let weak: [String]? = {
    if geteuid() != 0 { return [] }
    let prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    let done = try? Command.run(prefix + ["test", "-x", Binary.path])
    return done?.status == 0 ? prefix : nil
  }()

  struct Right: Sendable {
    let title: String
    let script: String
    let says: String
  }

  static let rights = [
    Right(title: "a repository that can't be read", script: "chmod 000 fleet.git", says: "cannot open the repository"),
    Right(title: "a repository that can't be written", script: "chmod -R a-w fleet.git", says: "cannot write objects"),
    Right(title: "references that can't be written", script: "chmod -R a-w fleet.git/refs", says: "cannot move references"),
    Right(title: "a cache that can't be written", script: "rm -r cache; mkdir -m 555 cache", says: "cannot write the cache"),
    Right(title: "a policy that can't be read", script: "chmod 000 policy.yaml", says: "permission denied"),
  ]

  @Test(.enabled(if: weak != nil, "this user can't run sluice as one without rights (setpriv)"), arguments: rights.indices)
  func `without rights it is said whose, and nothing is lost`(_ index: Int) throws {
    let right = Self.rights[index]
    let world = try world()
    try Command.check(["sh", "-c", "chmod -R a+rwX . && \(right.script)"], in: world.path)
    let done = try Command.run((Self.weak ?? []) + [Binary.path, "run"], in: world.path, environment: world.environment)
    try Command.check(["chmod", "-R", "a+rwX", "."], in: world.path)
    #expect(done.status == 77, "\(right.title): \(done.status) \(done.output)\(done.errors)")
    let errors = done.errors.lowercased()
    #expect(errors.contains(right.says) && errors.contains("hint: "), "\(right.title): \(done.output)\(done.errors)")
    try world.check("run")
    #expect(try world.desired("dev") == "1.2.0")
  }
}
