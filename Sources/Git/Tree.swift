/// A tree object, as its bytes say: modes that git no longer writes come through unchanged.
struct Tree {
  var entries: [TreeEntry]

  init(entries: [TreeEntry] = []) { self.entries = entries }

  init(_ bytes: [UInt8], _ id: ObjectID, of repository: String) throws(GitError) {
    guard let entries = Self.parse(bytes) else {
      throw GitError(.damaged, "cannot read the tree \(id) of \(repository)", "its bytes are no tree")
    }
    self.entries = entries
  }

  private static func parse(_ bytes: [UInt8]) -> [TreeEntry]? {
    var result: [TreeEntry] = []
    var place = 0
    while place < bytes.count {
      var mode: UInt32 = 0
      while place < bytes.count, bytes[place] != 32 {
        guard (48...55).contains(bytes[place]), mode < 1 << 20 else { return nil }
        mode = mode << 3 | UInt32(bytes[place] - 48)
        place += 1
      }
      place += 1
      guard place < bytes.count, let end = bytes[place...].firstIndex(of: 0), end > place, end + 20 < bytes.count
      else { return nil }
      let id = ObjectID(bytes: bytes[(end + 1)...(end + 20)])
      result.append(TreeEntry(name: Array(bytes[place..<end]), id: id, mode: mode))
      place = end + 21
    }
    return result
  }

  /// The object's bytes, entries in git's order: a folder sorts as if its name ended in a slash.
  var bytes: [UInt8] {
    var result: [UInt8] = []
    for entry in entries.sorted(by: TreeEntry.precedes) {
      result += Array(String(entry.mode, radix: 8).utf8)
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

  var isFolder: Bool { mode & 0o170000 == Self.folderMode }
  var isSubmodule: Bool { mode & 0o170000 == 0o160000 }

  /// What a file is; a folder is none.
  var fileMode: FileMode {
    switch mode & 0o170000 {
    case 0o120000: .link
    case 0o160000: .submodule
    default: mode & 0o111 == 0 ? .file : .executable
    }
  }

  static func precedes(_ a: TreeEntry, _ b: TreeEntry) -> Bool {
    let ends = (a.isFolder ? [UInt8(ascii: "/")] : [], b.isFolder ? [UInt8(ascii: "/")] : [])
    return (a.name + ends.0).lexicographicallyPrecedes(b.name + ends.1)
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
