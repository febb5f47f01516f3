import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Git

@Suite("the cache of a repository over http can be thrown away at any time")
struct HTTPCacheTests {
  @Test("whatever happens to it, the next run works, and nothing is left behind", arguments: CacheTests.Damage.allCases)
  func damage(_ damage: CacheTests.Damage) async throws {
    let http = try HTTPOrigin()
    let origin = http.origin
    try origin.commit(Dictionary(uniqueKeysWithValues: (0..<40).map { ("d\($0 % 4)/\($0)", "content \($0)") }))
    let tip = try origin.commit(["d0/0": "second"])
    do { try await http.open().fetch(prefixes: ["refs/heads/"]) }
    let folder = try http.cacheFolder()
    try http.inCache(damage.rawValue)
    do {
      let repository = try await http.open()
      #expect(try await repository.fetch(prefixes: ["refs/heads/"])["refs/heads/main"] == tip)
      let files = try await repository.files(in: tip)
      #expect(files.count == 40)
      #expect(try await repository.blobs(files.map(\.id)).count == 40)
      #expect(try await repository.firstParentHistory(from: tip).count == 2)
      let mine = try await repository.change(["d1/1": "mine"], on: tip)
      #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated])
      try origin.fsck()
      // Lost packs are fetched again without a word; what is there and wrong takes a new cache.
      let told = await repository.notices.contains { $0.contains("damaged") }
      if [.packCut, .packFlipped, .configGarbage, .refsGone].contains(damage) { #expect(told) }
      if damage == .nothing || damage == .killedFetch { #expect(!told) }
      #expect(try await http.open().fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": mine])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["repository.git", "sluice.lock"])
    #expect(!(try Command.check(["find", folder]).contains("pack_git2_")))
    if damage != .headEmpty {  // which git minds, and libgit2 does not
      #expect(try Command.check(["git", "--git-dir", folder + "/repository.git", "for-each-ref"]) == "")
      #expect(try http.cached()["blob"] == 41)
    }
  }

  @Test(
    "files that were kept and are damaged are fetched again",
    arguments: [
      "rm $p", "rm ${p%pack}idx", "chmod u+w $p; truncate -s 100 $p",
      "chmod u+w $p; for n in 30 40 50 60 70 80 90; do printf '\\377\\377' | dd of=$p bs=1 seek=$n conv=notrunc status=none; done",
    ])
  func damagedFiles(_ script: String) async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(Dictionary(uniqueKeysWithValues: (0..<20).map { ("\($0)", "content \($0)") }))
    do {
      let first = try await http.open()
      try await first.fetch(prefixes: ["refs/heads/"])
      try await first.bring(try await first.files(in: tip).map(\.id))
    }
    // The newest of the two packs has the files.
    try http.inCache("set -e; p=$(ls -t objects/pack/*.pack | head -1); git verify-pack -v $p | grep -q blob; \(script)")
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    let files = try await repository.files(in: tip)
    let read = try await repository.blobs(files.map(\.id))
    #expect(Set(read.values.map { String(decoding: $0, as: UTF8.self) }) == Set((0..<20).map { "content \($0)" }))
  }

  @Test(
    "what is remembered of the server may be anything",
    arguments: ["head -c 300 /dev/urandom >", ": >", "rm", "mkdir -p x; cat HEAD >"])
  func server(_ script: String) async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(["a": "1"])
    do { try await http.open().fetch(prefixes: ["refs/heads/"]) }
    try http.inCache("\(script) sluice-server")
    http.asked()
    for expected in [[discover, ask], [ask]] {
      #expect(try await http.open().fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": tip])
      #expect(http.asked() == expected)
    }
  }

  @Test("damage that several meet at once is healed once, and what was made in memory is still there")
  func damageInUse() async throws {
    let http = try HTTPOrigin()
    try http.origin.commit(Dictionary(uniqueKeysWithValues: (0..<50).map { ("d\($0)/x", "content \($0)") }))
    do { try await http.open().fetch(prefixes: ["refs/heads/"]) }
    try http.inCache("mkdir old && cp -r objects/pack old")
    let tip = try http.origin.commit(["d50/x": "content 50"])
    do { try await http.open().fetch(prefixes: ["refs/heads/"]) }
    // All but what came last is lost.
    try http.inCache("cd old/pack && for f in *; do rm -f ../../objects/pack/$f; done")
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    let made = try await repository.writeTree(base: nil, changes: ["new": .write([1, 2])])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          let files = try await repository.files(in: tip)
          #expect(files.count == 51)
          #expect(try await repository.text(files[number].id).hasPrefix("content"))
          #expect(try await repository.commit(tip).id == tip)
          if number % 5 == 0 { try await repository.fetch(prefixes: ["refs/heads/"]) }
          #expect(try await repository.files(in: made).map(\.path) == ["new"])
        }
      }
      try await group.waitForAll()
    }
    #expect(await repository.notices.count == 1)
    let commit = try await repository.change(["c": "3"], on: tip)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: commit)]) == [.updated])
    try http.origin.fsck()
  }

  @Test("several that want the same files ask for them once")
  func concurrentFiles() async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(Dictionary(uniqueKeysWithValues: (0..<50).map { ("\($0)", "content \($0)") }))
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    let ids = try await repository.files(in: tip).map(\.id)
    http.asked()
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<10 { group.addTask { try await repository.blobs(ids).count } }
      for try await count in group { #expect(count == 50) }
    }
    #expect(http.asked() == [ask])
  }

  @Test("so many files that they take two questions")
  func many() async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(Dictionary(uniqueKeysWithValues: (0..<5_100).map { ("d\($0 % 50)/\($0)", "content \($0)") }))
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    http.asked()
    try await repository.bring(try await repository.files(in: tip).map(\.id))
    let entries = http.server.newEntries()
    #expect(entries.map(\.name) == [ask, ask])
    // The limit of nginx, and of others after it.
    #expect(entries.allSatisfy { $0.received < 1_000_000 })
    #expect(try http.cached()["blob"] == 5_100)
  }

  @Test("two at once: the second says so, works, and leaves nothing")
  func shared() async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(["a": "1"])
    let first = try await http.open()
    try await first.fetch(prefixes: ["refs/heads/"])
    http.asked()
    do {
      let second = try await http.open()
      #expect(await second.notices.first?.contains("another run uses the cache") == true)
      #expect(try await second.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": tip])
      // It reads what the first one fetched, and knows what the first one knows of the server.
      #expect(http.asked() == [ask])
      #expect(try await second.text(try #require(try await second.files(in: tip).first).id) == "1")
      let mine = try await second.change(["a": "2"], on: tip)
      #expect(try await second.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated])
      let lost = try await first.change(["a": "3"], on: tip)
      #expect(try await first.push([RefUpdate("refs/heads/main", from: tip, to: lost)]) == [.lostRace(now: mine)])
      #expect(try await first.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": mine])
    }
    try http.origin.fsck()
    _ = first
    let left = try FileManager.default.contentsOfDirectory(atPath: try http.cacheFolder()).filter { $0.hasPrefix("private") }
    #expect(left.isEmpty)
  }

  @Test("a cache of too many packs is built anew, without a word")
  func packs() async throws {
    let http = try HTTPOrigin()
    var tip = try http.origin.commit(["a": "1"])
    do {
      let repository = try await http.open()
      try await repository.fetch(prefixes: ["refs/heads/"])
      for number in 0..<101 {
        let next = try await repository.change(["a": "number \(number)"], on: tip)
        #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: next)]) == [.updated])
        tip = next
      }
    }
    #expect(try packs(http) > 100)
    let repository = try await http.open()
    #expect(try await repository.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": tip])
    #expect(try await repository.firstParentHistory(from: tip).count == 102)
    #expect(await repository.notices.isEmpty)
    #expect(try packs(http) == 1)
  }

  private func packs(_ http: HTTPOrigin) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: try http.cacheFolder() + "/repository.git/objects/pack")
      .count { $0.hasSuffix(".pack") }
  }

  @Test("a fetch brings only what is new, against what is here of all references")
  func increments() async throws {
    let http = try HTTPOrigin()
    let big = Dictionary(
      uniqueKeysWithValues: (0..<2_000).map { ("d\($0 % 40)/\($0)", String(UInt64.random(in: 0...UInt64.max))) })
    try http.origin.commit(big)
    try http.origin.git("branch", "x", "main")
    do { try await http.open().fetch(prefixes: ["refs/heads/"]) }
    let tip = try http.origin.commit(["small": "1"])
    let whole = try #require(http.server.newEntries().last).sent
    #expect(try await http.open().fetch(prefixes: ["refs/heads/main"]) == ["refs/heads/main": tip])
    let part = try #require(http.server.newEntries().last).sent
    #expect(part * 10 < whole && part < 4_000, "\(part) of \(whole)")
  }

  @Test("a long transfer tells of itself, in short lines, some times a second")
  func progress() {
    let lines = Mutex<[String]>([])
    let start = ContinuousClock.now
    var progress = TransferProgress({ line in lines.withLock { $0.append(line) } }, at: start)
    for step in 0..<200 { progress.received(step << 18, at: start.advanced(by: .milliseconds(10 * step))) }
    let told = lines.withLock(\.self)
    #expect(told.first == "receiving 12 MiB" && told.count == 5, "\(told)")
    progress.received(2_000, at: start.advanced(by: .seconds(3)))
    #expect(lines.withLock(\.last) == "receiving 1 KiB")
  }
}
