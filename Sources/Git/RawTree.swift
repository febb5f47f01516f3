/// The bytes of a tree object where they lie, read entry by entry: a fleet's trees have ten thousand of them.
struct RawTree {
  /// One entry. Its name is valid for as long as the tree's bytes are.
  struct Entry {
    let mode: UInt32
    let name: UnsafeRawBufferPointer
    let id: ObjectID

    var isFolder: Bool { TreeEntry.isFolder(mode) }
    var fileMode: FileMode { TreeEntry.fileMode(mode) }
    /// Whether it is a file with content of its own: no link, no submodule, no folder.
    var isRegular: Bool { !isFolder && (fileMode == .file || fileMode == .executable) }
  }

  private let bytes: UnsafeRawBufferPointer
  private var place = 0
  /// Whether what was read last was no entry.
  private(set) var isMalformed = false

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next entry; nil at the end, and at what is none.
  mutating func next() -> Entry? {
    guard place < bytes.count, !isMalformed else { return nil }
    var (mode, at): (UInt32, Int) = (0, place)
    while at < bytes.count, bytes[at] != 32 {
      guard (48...55).contains(bytes[at]), mode < 1 << 20 else { return malformed() }
      mode = mode << 3 | UInt32(bytes[at] - 48)
      at += 1
    }
    at += 1
    let start = at
    while at < bytes.count, bytes[at] != 0 { at += 1 }
    guard at > start, at + 20 < bytes.count else { return malformed() }
    let id = ObjectID(
      high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: at + 1, as: UInt64.self)),
      middle: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: at + 9, as: UInt64.self)),
      low: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at + 17, as: UInt32.self)))
    place = at + 21
    return Entry(mode: mode, name: UnsafeRawBufferPointer(rebasing: bytes[start..<at]), id: id)
  }

  private mutating func malformed() -> Entry? {
    isMalformed = true
    return nil
  }
}

extension RawTree.Entry {
  /// Where the entry stands among others in git's order: a folder sorts as if its name ended in a slash.
  func precedes(_ other: RawTree.Entry) -> Bool {
    let shared = min(name.count, other.name.count)
    for place in 0..<shared where name[place] != other.name[place] { return name[place] < other.name[place] }
    func end(_ entry: RawTree.Entry) -> UInt8 {
      entry.name.count > shared ? entry.name[shared] : entry.isFolder ? UInt8(ascii: "/") : 0
    }
    let ends = (end(self), end(other))
    return ends.0 != ends.1 ? ends.0 < ends.1 : name.count < other.name.count
  }
}
