/// A tree object, as its bytes say: modes that git no longer writes come through unchanged.
struct Tree {
  var entries: [TreeEntry]

  init(entries: [TreeEntry] = []) { self.entries = entries }

  init(_ bytes: [UInt8], _ id: ObjectID, of repository: String) throws(GitError) {
    var entries: [TreeEntry] = []
    let isWhole = bytes.withUnsafeBytes { raw in
      var tree = RawTree(raw)
      entries.reserveCapacity(raw.count / 32)
      while let entry = tree.next() {
        entries.append(TreeEntry(name: Array(entry.name), id: entry.id, mode: entry.mode))
      }
      return !tree.isMalformed
    }
    guard isWhole else {
      throw GitError(.damaged, "cannot read the tree \(id) of \(repository)", "its bytes are no tree")
    }
    self.entries = entries
  }

  /// The object's bytes, entries in git's order: a folder sorts as if its name ended in a slash.
  var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(entries.count * 48)
    // Most often they are in order already.
    let isSorted = !zip(entries, entries.dropFirst()).contains { !TreeEntry.precedes($0, $1) }
    for entry in isSorted ? entries : entries.sorted(by: TreeEntry.precedes) {
      result += String(entry.mode, radix: 8).utf8
      result.append(32)
      result += entry.name
      result.append(0)
      let words = entry.id.words
      withUnsafeBytes(of: words.high.bigEndian) { result.append(contentsOf: $0) }
      withUnsafeBytes(of: words.middle.bigEndian) { result.append(contentsOf: $0) }
      withUnsafeBytes(of: words.low.bigEndian) { result.append(contentsOf: $0) }
    }
    return result
  }
}

struct TreeEntry {
  static let folderMode: UInt32 = 0o40000

  var name: [UInt8]
  var id: ObjectID
  var mode: UInt32

  var isFolder: Bool { Self.isFolder(mode) }
  var isSubmodule: Bool { mode & 0o170000 == 0o160000 }

  /// What a file is; a folder is none.
  var fileMode: FileMode { Self.fileMode(mode) }

  static func isFolder(_ mode: UInt32) -> Bool { mode & 0o170000 == folderMode }

  static func fileMode(_ mode: UInt32) -> FileMode {
    switch mode & 0o170000 {
    case 0o120000: .link
    case 0o160000: .submodule
    default: mode & 0o111 == 0 ? .file : .executable
    }
  }

  static func precedes(_ a: TreeEntry, _ b: TreeEntry) -> Bool {
    let shared = min(a.name.count, b.name.count)
    for place in 0..<shared where a.name[place] != b.name[place] { return a.name[place] < b.name[place] }
    func end(_ entry: TreeEntry) -> Int {
      entry.name.count > shared ? Int(entry.name[shared]) : entry.isFolder ? Int(UInt8(ascii: "/")) : -1
    }
    let ends = (end(a), end(b))
    return ends.0 != ends.1 ? ends.0 < ends.1 : a.name.count < b.name.count
  }

  /// A path as text; bytes that are no UTF-8 stand as `\xNN`, so that two paths never become one.
  static func text(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var result = ""
    var decoder = UTF8()
    var input = bytes.makeIterator()
    var consumed = 0
    decoding: while true {
      switch decoder.decode(&input) {
      case .scalarValue(let scalar):
        result.unicodeScalars.append(scalar)
        consumed += UTF8.width(scalar)
      case .emptyInput: break decoding
      case .error:
        result += "\\x" + hex(bytes[consumed])
        consumed += 1
        decoder = UTF8()
        input = Array(bytes[consumed...]).makeIterator()
      }
    }
    return result
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}
