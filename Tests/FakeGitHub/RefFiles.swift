import Foundation

/// The references of a bare repository, read from its files: with a hundred thousand of them, a request for one must not walk all.
final class RefFiles {
  private let folder: String
  /// `packed-refs` as it was, and its index: a line's start by name is found by halving, as the file is sorted.
  private var packed = Data()
  private var stamp = ""

  init(_ folder: String) { self.folder = folder }

  /// The object that a reference names.
  func read(_ name: String) -> String? {
    if let text = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8) {
      let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
      return text.hasPrefix("ref: ") ? read(String(text.dropFirst(5))) : text.count == 40 ? text : nil
    }
    refresh()
    let place = start(of: name)
    guard let line = line(at: place), line.name == name else { return nil }
    return line.id
  }

  /// All that begin with the prefix, sorted by name.
  func list(_ prefix: String) -> [(name: String, id: String)] {
    refresh()
    var found: [String: String] = [:]
    var place = start(of: prefix)
    while let line = line(at: place), line.name.hasPrefix(prefix) {
      found[line.name] = line.id
      place = line.next
    }
    // From the deepest folder that the prefix names whole.
    let parent = prefix.lastIndex(of: "/").map { String(prefix[..<$0]) } ?? prefix
    for file in FileManager.default.enumerator(atPath: folder + "/" + parent) ?? .init() {
      guard let file = file as? String, case let name = parent + "/" + file, name.hasPrefix(prefix), !name.hasSuffix(".lock"),
        let text = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)
      else { continue }
      found[name] = text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Writes a reference that nobody else writes.
  func write(_ name: String, _ id: String) throws {
    let file = folder + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try (id + "\n").write(toFile: file, atomically: true, encoding: .utf8)
  }

  // MARK: packed-refs

  private func refresh() {
    var status = stat()
    guard stat(folder + "/packed-refs", &status) == 0 else {
      packed = Data()
      stamp = ""
      return
    }
    let now = "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
    guard now != stamp else { return }
    packed = (try? Data(contentsOf: URL(fileURLWithPath: folder + "/packed-refs"), options: .alwaysMapped)) ?? Data()
    stamp = now
  }

  /// The line that begins there; peeled ids and comments are passed over.
  private func line(at place: Int) -> (name: String, id: String, next: Int)? {
    var place = place
    while place < packed.count {
      let end = packed[place...].firstIndex(of: 10) ?? packed.count
      if packed[place] != UInt8(ascii: "#"), packed[place] != UInt8(ascii: "^"), end - place > 41 {
        let id = String(decoding: packed[place..<(place + 40)], as: UTF8.self)
        return (String(decoding: packed[(place + 41)..<end], as: UTF8.self), id, end + 1)
      }
      place = end + 1
    }
    return nil
  }

  /// Where the first line stands whose name is not before this one.
  private func start(of name: String) -> Int {
    var low = 0
    var high = packed.count
    while low < high {
      var middle = (low + high) / 2
      while middle > low, packed[middle - 1] != 10 { middle -= 1 }
      guard let line = line(at: middle), line.next <= high else {
        // Only the rest of a comment or a peeled id, or nothing behind the middle.
        guard middle > low else { return low }
        high = middle
        continue
      }
      if line.name < name { low = line.next } else { high = middle }
    }
    return low
  }
}
