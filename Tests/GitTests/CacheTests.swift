import Foundation
import Git
import TestSupport
import Testing

@Suite("the cache can be thrown away at any time", .enabled(if: SSHServer.isPresent, Comment(rawValue: SSHServer.absence)))
struct CacheTests {
  /// What can happen to a cache, done to its repository by a shell.
  enum Damage: String, CaseIterable {
    case nothing = ":"
    case gone = "cd .. && rm -rf repository.git"
    case aFile = "cd .. && rm -rf repository.git && echo x > repository.git"
    case packLost = "rm -f objects/pack/*.pack"
    case indexLost = "rm -f objects/pack/*.idx"
    case indexCut = "chmod u+w objects/pack/*.idx && truncate -s 1000 objects/pack/*.idx"
    case packCut = "chmod u+w objects/pack/*.pack && truncate -s 200 objects/pack/*.pack"
    case packFlipped =
      "chmod u+w objects/pack/*.pack && for n in 30 60 90 120 150 180 210 240 270 300 330; do printf '\\377\\377' | dd of=$(echo objects/pack/*.pack) bs=1 seek=$n conv=notrunc status=none; done"
    case headEmpty = ": > HEAD"
    case configEmpty = ": > config"
    case configGarbage = "echo '[[[' > config"
    case refsGone = "rm -rf refs"
    case packedRefsGarbage = "echo garbage > packed-refs"
    case emptyRef = "mkdir -p refs/push && : > refs/push/x"
    case refToNothing = "mkdir -p refs/push && echo 1111111111111111111111111111111111111111 > refs/push/x"
    case staleLocks = "mkdir -p refs/push && touch packed-refs.lock refs/push/x.lock HEAD.lock config.lock"
    case tipsGarbage = "head -c 3000 /dev/urandom > sluice-tips"
    case tipsCut = "truncate -s 10 sluice-tips"
    case killedFetch = "head -c 1000 /dev/urandom > objects/pack/pack_git2_abc; mkdir ../new-abc ../aside-abc ../private-abc"
  }

  @Test("whatever happens to it, the next run works, and nothing is left behind", arguments: Damage.allCases)
  func damage(_ damage: Damage) async throws {
    let server = try SSHServer.shared()
    let origin = try Origin()
    try origin.commit(Dictionary(uniqueKeysWithValues: (0..<40).map { ("d\($0 % 4)/\($0)", "content \($0)") }))
    let tip = try origin.commit(["d0/0": "second"])
    do {
      let repository = try await server.open(origin)
      try await repository.fetch(prefixes: ["refs/heads/"])
    }
    let folder = try cacheFolder(origin)
    try Command.check(["sh", "-c", damage.rawValue], in: folder + "/repository.git")
    let repository = try await server.open(origin)
    #expect(try await repository.fetch(prefixes: ["refs/heads/"])["refs/heads/main"] == tip)
    let files = try await repository.files(in: tip)
    #expect(files.count == 40)
    #expect(try await repository.blobs(files.map(\.id)).count == 40)
    #expect(try await repository.firstParentHistory(from: tip).count == 2)
    let mine = try await repository.change(["d1/1": "mine"], on: tip)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated])
    try origin.fsck()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["repository.git", "sluice.lock"])
    if damage != .headEmpty {  // which git minds, and libgit2 does not
      try Command.check(["git", "-C", folder + "/repository.git", "fsck", "--no-dangling"])
      #expect(try Command.check(["git", "-C", folder + "/repository.git", "for-each-ref"]) == "")
    }
    #expect(!(try Command.check(["find", folder]).contains("pack_git2_")))
    // Lost packs are fetched again without a word; what is there and wrong takes a new cache.
    let told = await repository.notices.contains { $0.contains("damaged") }
    if [.packCut, .packFlipped, .configGarbage, .refsGone].contains(damage) { #expect(told) }
    if damage == .nothing || damage == .killedFetch { #expect(!told) }
  }

  @Test("damage that is only met while reading is healed there, and what was made in memory is still there")
  func damageInUse() async throws {
    let server = try SSHServer.shared()
    let origin = try Origin()
    let tip = try origin.commit(["a/x": "1", "b/y": "2"])
    do {
      let first = try await server.open(origin)
      try await first.fetch(prefixes: ["refs/heads/"])
    }
    let repository = try await server.open(origin)
    try await repository.fetch(prefixes: ["refs/heads/"])
    let made = try await repository.writeTree(base: nil, changes: ["new": .write([1, 2])])
    try Command.check(["sh", "-c", "rm -f repository.git/objects/pack/*"], in: try cacheFolder(origin))
    let files = try await repository.files(in: tip)
    #expect(try await repository.text(try #require(files.first).id) == "1")
    #expect(try await repository.files(in: made).map(\.path) == ["new"])
    let commit = try await repository.change(["c": "3"], on: tip)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: commit)]) == [.updated])
    try origin.fsck()
  }

  @Test("two at once: the second says so, works, and leaves nothing")
  func shared() async throws {
    let server = try SSHServer.shared()
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    let first = try await server.open(origin)
    try await first.fetch(prefixes: ["refs/heads/"])
    do {
      let second = try await server.open(origin)
      #expect(await second.notices.first?.contains("another run uses the cache") == true)
      #expect(try await second.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": tip])
      let mine = try await second.change(["a": "2"], on: tip)
      #expect(try await second.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated])
      let lost = try await first.change(["a": "3"], on: tip)
      #expect(try await first.push([RefUpdate("refs/heads/main", from: tip, to: lost)]) == [.lostRace(now: mine)])
      #expect(try await first.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": mine])
    }
    try origin.fsck()
    _ = first
    let left = try FileManager.default.contentsOfDirectory(atPath: try cacheFolder(origin)).filter { $0.hasPrefix("private") }
    #expect(left.isEmpty)
  }

  @Test("a fetch brings only what is new")
  func increments() async throws {
    let server = try SSHServer.shared()
    let origin = try Origin()
    let big = (0..<20_000).map { _ in String(UInt64.random(in: 0...UInt64.max), radix: 36) }.joined()
    try origin.commit(["big": big])
    do { try await server.open(origin).fetch(prefixes: ["refs/heads/"]) }
    let tip = try origin.commit(["small": "1"])
    do { #expect(try await server.open(origin).fetch(prefixes: ["refs/heads/"])["refs/heads/main"] == tip) }
    let packs = try Command.check(
      ["sh", "-c", "ls -l repository.git/objects/pack/*.pack | awk '{print $5}' | sort -n"], in: try cacheFolder(origin)
    )
    .split(separator: "\n").compactMap { Int($0) }
    #expect(packs.count == 2)
    #expect(packs[0] < 1000)
  }

  @Test("a cache that cannot be written is an error that names it")
  func unwritable() async throws {
    let server = try SSHServer.shared()
    let origin = try Origin()
    let file = try origin.folder.write("x", to: "file")
    let error = await #expect(throws: GitError.self) { _ = try await server.open(origin, cache: file + "/cache") }
    #expect(error?.kind == .readOnlyCache)
    #expect(error?.exitCode == 77)
    #expect(error?.description.contains(file) == true)
    guard geteuid() != 0 else { return }  // root may write everywhere
    try FileManager.default.createDirectory(atPath: origin.folder.path + "/ro", withIntermediateDirectories: true)
    try Command.check(["chmod", "555", origin.folder.path + "/ro"])
    #expect(await kind { _ = try await server.open(origin, cache: origin.folder.path + "/ro") } == .readOnlyCache)
  }

  private func cacheFolder(_ origin: Origin) throws -> String {
    let caches = try FileManager.default.contentsOfDirectory(atPath: origin.folder.path + "/cache")
    try #require(caches.count == 1 && caches[0].count == 16)
    return origin.folder.path + "/cache/" + caches[0]
  }
}
