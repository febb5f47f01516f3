import TestSupport
import Testing
import YAML

/// A generator with a fixed seed: the same files and edits in every run.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("Random edits of damaged files")
struct FuzzTests {
  static let samples = [
    "# head\n---\na: 1.2.3 # c\nb:\n  c: 'x'\n  d: \"y\\t\"\n  e:\n  - f: &v v1\n    g: *v\n  - {h: 1, i: [j, k]}\n---\nl: |\n  one\n  two\nm: >-\n  three\n  four\n\n  five\nn: o\n",
    "{\n  \"a\": 1,\n  \"b\": {\"c\": \"v1\", \"d\": [1, 2, {\"e\": null}]},\n  \"f\": \"\\u00e9\"\n}\n",
    "base: &base\n  tag: v1\n  repo: ghcr.io/acme/api\none:\n  <<: *base\n  tag: v2\ntwo:\n  <<: [*base, {x: 1}]\nempty:\nlist:\n- a\n-\n- - b\n  - c: d\n",
    "\u{FEFF}ключ: значение\nx: \"a\\\n  b\n\n  c\"\ny: 'it''s\n  so'\nz: plain\n  goes on\n? complex\n: value\n? [a, b]\n: pair\n",
    "a: !!str 1\nb: !<tag:x> {c: !y z}\nc: &q\nd: &r [*q, &s t, *s]\n%e: f\n...\n%YAML 1.1\n---\ng: h\n",
    "t: {{ .Values.x }}\nu: \"{{ y }}\"\nv: |+\n  keep\n\n\nw: |2-\n    in\n   out\nx: -1\n",
  ]

  private static let values = [
    "v9.9.9", "1.10", "5781e917", "yes", "", "it's \"x\"", "a: b", "- x", "é\u{2028}", "x\ny\n", " s ", "#", "{}", "*a", "\u{1}",
    "0x1F", "~",
    "[", "a, b", "---", "very long " + String(repeating: "word ", count: 40),
  ]
  private static let pieces = [
    "\n", "\r\n", " ", "  ", "\t", ":", ": ", "- ", "#", " #", "&a ", "*a", "'", "\"", "{", "}", "[", "]", ",", "|", ">", "---\n",
    "...\n", "\\", "é",
    "\u{FEFF}", "\u{85}", "? ", "!!str ", "<<: ", "%", "\u{0}", "a: ", "~",
  ]

  private static func mutate(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 0...3, using: &random) where !result.isEmpty {
      let at = Int.random(in: 0..<result.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: result.remove(at: at)
      case 1: result.insert(contentsOf: Array(pieces.randomElement(using: &random)!.utf8), at: at)  // never empty
      case 2: result.removeSubrange(at..<min(result.count, at + Int.random(in: 1...20, using: &random)))
      default:
        let slice = result[at..<min(result.count, at + Int.random(in: 1...30, using: &random))]
        result.insert(contentsOf: Array(slice), at: Int.random(in: 0...result.count, using: &random))
      }
    }
    return result
  }

  /// Every place of a file that a path reaches without an alias, with what stands there.
  private struct Place {
    var document: Int
    var path: FieldPath
    var node: YAMLNode
    var says: String
  }

  private static func places(_ file: YAMLFile) -> [Place] {
    var result: [Place] = []
    func walk(_ node: YAMLNode, _ steps: [FieldPath.Step], _ document: Int) {
      let says =
        node.isAlias
        ? "alias \(node.anchor ?? "") \(node.kind) \(node.text)"
        : "\(node.kind) \(node.tag ?? "") \(node.anchor ?? "") \(node.text)"
      result.append(Place(document: document, path: FieldPath(steps: steps), node: node, says: says))
      if node.isAlias { return }
      for (place, element) in node.elements.enumerated() { walk(element, steps + [.index(place)], document) }
      var merged = node.kind == .mapping ? Set(node.entries.map { $0.keyNode.span.lowerBound }) : []
      for entry in node.entries
      where merged.remove(entry.keyNode.span.lowerBound) != nil && node.span.contains(entry.keyNode.span.lowerBound) {
        walk(entry.value, steps + [.key(entry.key)], document)
      }
    }
    for (place, document) in file.documents.enumerated() {
      if let root = document.root { walk(root, [], place) }
    }
    return result
  }

  @Test("a damaged file is refused, or edited exactly as meant", arguments: 0..<6)
  func survives(_ seed: Int) throws {
    var random = Seeded(state: UInt64(seed) &* 7919 &+ 1)
    var sources = Self.samples.map { Array($0.utf8) }
    if Corpus.isPresent {
      sources += CorpusCase.all.filter { $0.before.count < 1500 }.enumerated().filter { $0.offset % 60 == seed }.map(
        \.element.before)
    }
    var (parsed, edited, refused) = (0, 0, 0)
    for _ in 0..<500 {
      let bytes = Self.mutate(sources.randomElement(using: &random) ?? [], &random)
      guard let file = try? YAMLFile(bytes, name: "f.yaml") else { continue }
      parsed += 1
      let places = Self.places(file)
      guard let place = places.randomElement(using: &random), !place.path.steps.isEmpty else { continue }
      let value = Self.values.randomElement(using: &random) ?? ""
      let edit = YAMLEdit(document: place.document, path: place.path, operation: operation(place, value, &random))
      do {
        let result = try file.applying([edit])
        edited += 1
        try check(file, places, place, edit, value, result)
      } catch let error as YAMLError {
        refused += 1
        #expect(error.line > 0 && error.column > 0, "\(error)")
      }
    }
    print("fuzz, seed \(seed): \(parsed) of 500 parse, \(edited) edited, \(refused) refused")
    #expect(edited > 50)
  }

  private func operation(_ place: Place, _ value: String, _ random: inout Seeded) -> YAMLEdit.Operation {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return .remove
    case 1: return .prune
    case 2:
      let count = place.node.text.utf8.count
      let start = Int.random(in: 0...count, using: &random)
      return .replace([(range: start..<Int.random(in: start...count, using: &random), with: "v")])
    default: return .set(value)
    }
  }

  /// Compares what every place says before and after, apart from the library's own check.
  private func check(
    _ file: YAMLFile, _ places: [Place], _ place: Place, _ edit: YAMLEdit, _ value: String, _ result: [UInt8]
  ) throws {
    let after = try YAMLFile(result, name: "f.yaml")
    func key(_ place: Place) -> String { "\(place.document) \(place.path)" }
    let news = Self.places(after)
    let comment = Comment(
      rawValue:
        "\(edit) on \(String(decoding: file.bytes, as: UTF8.self).debugDescription) gave \(String(decoding: result, as: UTF8.self).debugDescription)"
    )
    switch edit.operation {
    case .set(let text, _):
      #expect(news.count == places.count, comment)
      for (old, new) in zip(places, news) where !old.node.isAlias {
        if key(old) == key(place) { #expect(new.node.text == text, comment) } else { #expect(old.says == new.says, comment) }
      }
    case .replace:
      #expect(news.count == places.count, comment)
      for (old, new) in zip(places, news) where !old.node.isAlias && key(old) != key(place) {
        #expect(old.says == new.says, comment)
      }
    default:
      #expect(news.count < places.count, comment)
      #expect(result.count <= file.bytes.count + 3, comment)
    }
  }
}
