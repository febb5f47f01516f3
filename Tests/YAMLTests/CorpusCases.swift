import Foundation
import TestSupport
import YAML

/// One changed file of one real commit.
struct CorpusCase {
  struct Edit {
    var document: Int
    var path: FieldPath
    var old: String
    var new: String
    var style: ScalarStyle
    var newStyle: ScalarStyle?
    var hasParts: Bool

    var edit: YAMLEdit {
      YAMLEdit(document: document, path: path, operation: hasParts ? .replace(parts) : .set(new, style: newStyle))
    }

    /// The words that differ between the old text and the new one.
    private var parts: [(range: Range<Int>, with: String)] {
      let before = Self.words(old)
      let after = Self.words(new)
      guard before.count == after.count else { return [(0..<old.utf8.count, new)] }
      return zip(before, after).filter { $0.text != $1.text }.map { ($0.range, $1.text) }
    }

    private static func words(_ text: String) -> [(range: Range<Int>, text: String)] {
      var result: [(range: Range<Int>, text: String)] = []
      let bytes = Array(text.utf8)
      func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte >= 0x30 && byte <= 0x39 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
      }
      var at = 0
      while at < bytes.count {
        var end = at + 1
        while end < bytes.count, isWord(bytes[end]) == isWord(bytes[at]) { end += 1 }
        result.append((at..<end, String(decoding: bytes[at..<end], as: UTF8.self)))
        at = end
      }
      return result
    }
  }

  var id: String
  var before: [UInt8]
  var after: [UInt8]
  var edits: [Edit]
  var isExact: Bool
  var features: Set<String>

  var hasDuplicateKeys: Bool { features.contains("dup-key") }
  var yamlEdits: [YAMLEdit] { edits.map(\.edit) }
}

extension CorpusCase {
  /// Every case of `dev/cases.jsonl`, read once.
  static let all: [CorpusCase] = (try? load()) ?? []

  private struct Line: Decodable {
    struct Edit: Decodable {
      enum Step: Decodable {
        case key(String), index(Int)
        init(from decoder: any Decoder) throws {
          let value = try decoder.singleValueContainer()
          if let index = try? value.decode(Int.self) { self = .index(index) } else { self = .key(try value.decode(String.self)) }
        }
      }
      var doc: Int
      var keypath: [Step]
      var old: String
      var new: String
      var style: String
      var new_style: String?
      var sub: [[String]]?
    }
    var id: String
    var before: String
    var after: String
    var before_bytes: Int
    var after_bytes: Int
    var edits: [Edit]
    var exact: Bool
    var features: [String]
  }

  private static func load() throws -> [CorpusCase] {
    let decoder = JSONDecoder()
    let lines = try Corpus.lines("dev/cases.jsonl").map { try decoder.decode(Line.self, from: $0) }
    var sizes: [String: Int] = [:]
    for line in lines {
      sizes[line.before] = line.before_bytes
      sizes[line.after] = line.after_bytes
    }
    let blobs = try unzip(sizes)
    return lines.map { line in
      CorpusCase(
        id: line.id, before: blobs[line.before] ?? [], after: blobs[line.after] ?? [], edits: line.edits.map(edit),
        isExact: line.exact, features: Set(line.features))
    }
  }

  private static let styles: [String: ScalarStyle] = [
    "plain": .plain, "single": .single, "double": .double, "literal": .literal, "folded": .folded,
  ]

  private static func edit(_ edit: Line.Edit) -> Edit {
    let steps = edit.keypath.map { step -> FieldPath.Step in
      switch step {
      case .key(let key): .key(key)
      case .index(let index): .index(index)
      }
    }
    return Edit(
      document: edit.doc, path: FieldPath(steps: steps), old: edit.old, new: edit.new,
      style: styles[edit.style] ?? .plain, newStyle: edit.new_style.flatMap { styles[$0] }, hasParts: edit.sub != nil)
  }

  /// Unzips blobs of known sizes, one process for many.
  private static func unzip(_ sizes: [String: Int]) throws -> [String: [UInt8]] {
    guard let root = Corpus.root else { return [:] }
    var result: [String: [UInt8]] = [:]
    let ids = sizes.keys.sorted()
    for start in stride(from: 0, to: ids.count, by: 1000) {
      let batch = ids[start..<min(start + 1000, ids.count)]
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["gzip", "-dc"] + batch.map { "\(root)/dev/blobs/\($0.prefix(2))/\($0).gz" }
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let bytes = Array(pipe.fileHandleForReading.readDataToEndOfFile())
      process.waitUntilExit()
      var at = 0
      for id in batch {
        let size = sizes[id] ?? 0
        guard at + size <= bytes.count else { throw CocoaError(.fileReadCorruptFile) }
        result[id] = Array(bytes[at..<(at + size)])
        at += size
      }
    }
    return result
  }
}

/// A file of the corpus that libyaml refuses, or a template that happens to parse, before and after a real change.
struct InvalidCase {
  var id: String
  var before: [UInt8]
  var after: [UInt8]

  private struct Line: Decodable {
    var id: String
    var before: String
    var after: String
  }

  static func load() throws -> [InvalidCase] {
    let lines = try Corpus.lines("invalid/index.jsonl").map { try JSONDecoder().decode(Line.self, from: $0) }
    let blobs = try Corpus.blobs("invalid/blobs", Set(lines.flatMap { [$0.before, $0.after] }))
    return lines.map { InvalidCase(id: $0.id, before: blobs[$0.before] ?? [], after: blobs[$0.after] ?? []) }
  }
}
