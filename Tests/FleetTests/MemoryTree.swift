import Fleet
import Promotion

/// A tree of files in memory, with content ids that depend on the bytes alone.
struct MemoryTree: Sendable {
  var files: [String: [UInt8]]

  init(_ files: [String: String]) { self.files = files.mapValues { Array($0.utf8) } }

  static func id(of bytes: [UInt8]) -> ContentID {
    var sums: [UInt64] = [0xcbf2_9ce4_8422_2325, 0x9ae1_6a3b_2f90_404f, 0x2545_f491_4f6c_dd1d]
    for byte in bytes {
      for lane in sums.indices { sums[lane] = (sums[lane] ^ UInt64(byte) ^ UInt64(lane)) &* 0x0000_0100_0000_01b3 }
    }
    return ContentID(bytes: sums.flatMap { sum in (0..<8).map { UInt8(truncatingIfNeeded: sum >> UInt64($0 * 8)) } }.prefix(20))
  }

  var snapshot: Snapshot {
    var ids: [String: ContentID] = [:]
    var contents: [ContentID: [UInt8]] = [:]
    for (path, bytes) in files {
      let id = Self.id(of: bytes)
      ids[path] = id
      contents[id] = bytes
    }
    return Snapshot(files: ids) { [contents] wanted in
      Dictionary(uniqueKeysWithValues: wanted.compactMap { id in contents[id].map { (id, $0) } })
    }
  }

  func applying(_ change: ChangeSet) -> MemoryTree {
    var tree = self
    for (path, bytes) in change.files { tree.files[path] = bytes }
    for path in change.emptied { tree.files[path] = nil }
    return tree
  }

  func text(_ path: String) -> String { String(decoding: files[path] ?? [], as: UTF8.self) }
}

/// A generator whose numbers depend on its seed alone (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// True once in so many times.
  mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}

enum Policies {
  static let head = "name: test\nrepository: {url: ../config.git}\n"

  static func read(_ text: String) throws -> PolicyFile {
    try PolicyFile.read(Array(text.utf8), name: "policy.yaml", folder: "/policies")
  }
}
