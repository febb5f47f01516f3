import Foundation
import Testing

@testable import Host

@Suite("JSON")
struct JSONTests {
  private func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

  @Test("Values are read")
  func values() throws {
    let text = #" { "a" : [ 1 , -2.50 , 3e+7 , true , false , null , "" ] , "é" : { } , "z\n\u00e9\ud83d\ude00\/" : [ ] } "#
    #expect(
      try parse(text)
        == .object([
          "a": .array([.number("1"), .number("-2.50"), .number("3e+7"), .bool(true), .bool(false), .null, .string("")]),
          "é": .object([:]), "z\né😀/": .array([]),
        ]))
  }

  @Test("Numbers keep their text through a rewrite")
  func numbers() throws {
    let text = "[\n  1.10,\n  12345678901234567890,\n  -0,\n  1E400,\n  0.1e-7\n]\n"
    #expect(try parse(text).serialized() == Array(text.utf8))
  }

  @Test("Output has sorted keys, two spaces, a line end, and its own text for each control character")
  func written() {
    let value = JSONValue.object([
      "b": .array([.integer(1), .object([:]), .array([])]), "a": .string("q\"\\\n\t\r\u{1}\u{1F}é\u{2028}/"), "B": .null,
      "aa": .object(["x": .bool(false)]),
    ])
    let expected = """
      {
        "B": null,
        "a": "q\\"\\\\\\n\\t\\r\\u0001\\u001fé\u{2028}/",
        "aa": {
          "x": false
        },
        "b": [
          1,
          {},
          []
        ]
      }

      """
    #expect(String(decoding: value.serialized(), as: UTF8.self) == expected)
  }

  @Test(
    "What is no JSON is refused with its place",
    arguments: [
      ("", "1:1: expected a value, the text ends"), ("  \n ", "2:2: expected a value, the text ends"),
      ("{", "1:2: expected a key in quotes, the text ends"), ("[1,]", "1:4: expected a value, found ']'"),
      ("{\"a\":1,}", "1:8: expected a key in quotes, found '}'"), ("{\"a\" 1}", "1:6: expected ':', found '1'"),
      ("{\"a\":1 \"b\":2}", "1:8: expected ',' or '}', found '\"'"), ("[1 2]", "1:4: expected ',' or ']', found '2'"),
      ("{a:1}", "1:2: expected a key in quotes, found 'a'"), ("{'a':1}", "1:2: expected a key in quotes, found '''"),
      ("{\n  \"é\": 1,\n  \"é\": 2\n}", "3:3: the key \"é\" stands twice"),
      ("[\"é\", x]", "1:7: expected a value, found 'x'"), ("01", "1:2: expected the end, found '1'"),
      ("1.", "1:3: expected a digit, the text ends"), ("-", "1:2: expected a digit, the text ends"),
      ("+1", "1:1: expected a value, found '+'"), (".5", "1:1: expected a value, found '.'"),
      ("1e", "1:3: expected a digit, the text ends"), ("0x10", "1:2: expected the end, found 'x'"),
      ("nul", "1:1: expected a value, found 'n'"), ("nulll", "1:5: expected the end, found 'l'"),
      ("NaN", "1:1: expected a value, found 'N'"), ("true false", "1:6: expected the end, found 'f'"),
      ("\"abc", "1:1: a string without its closing quote"),
      ("\"a\nb\"", "1:3: a control character in a string, hint: write \\u000a"),
      ("\"\\x\"", "1:2: an unknown escape in a string"), ("\"\\u12g4\"", "1:2: \\u without four hexadecimal digits"),
      ("\"\\ud800\"", "1:2: half of a surrogate pair in a string"), ("\"\\udc00\"", "1:2: half of a surrogate pair in a string"),
      ("\"\\ud800\\u0041\"", "1:2: half of a surrogate pair in a string"),
      ("\u{FEFF}1", "1:1: expected a value, found '\u{FEFF}'"), ("1\u{0}", "1:2: expected the end, found byte 0"),
      ("[1] // no", "1:5: expected the end, found '/'"),
    ])
  func refused(text: String, words: String) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
    #expect(error?.description == words)
  }

  @Test("Bytes that are not UTF-8 are refused", arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]])
  func notUTF8(bytes: [UInt8]) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
    #expect(error?.message == "a string that is not UTF-8")
    #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
  }

  @Test("Depth is bounded, without using up the stack")
  func depth() throws {
    func nest(_ levels: Int) -> [UInt8] { [UInt8](repeating: 0x5B, count: levels) + [UInt8](repeating: 0x5D, count: levels) }
    _ = try JSONValue(parsing: nest(64))
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nest(65)) }
    #expect(error?.description == "1:65: nested more than 64 levels deep")
    #expect(throws: JSONError.self) { try JSONValue(parsing: [UInt8](repeating: 0x5B, count: 1_000_000)) }
  }

  @Test("Size is bounded")
  func size() {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: [0x31, 0x32, 0x33], maximumSize: 2) }
    #expect(error?.message == "it has 3 bytes, more than the 2 allowed")
  }

  @Test("Accessors give nil for another kind")
  func accessors() throws {
    let value = try parse(#"{"i": 12, "f": 1.0, "s": "x", "l": ["a", "b"], "m": ["a", 1], "b": true, "n": null}"#)
    #expect(value["i"]?.integer == 12 && value["f"]?.integer == nil && value["s"]?.integer == nil)
    #expect(value["s"]?.string == "x" && value["i"]?.string == nil && value["b"]?.bool == true)
    #expect(value["l"]?.strings == ["a", "b"] && value["m"]?.strings == nil && value["n"]?.isNull == true)
    #expect(value["absent"] == nil && value["s"]?["x"] == nil)
  }

  // MARK: Against Foundation

  @Test("Random values read back, and mean to Foundation what they mean here")
  func random() throws {
    var random = Random(seed: 20_261_122)
    for _ in 0..<3000 {
      let value = random.value(depth: 4)
      let bytes = value.serialized()
      #expect(try JSONValue(parsing: bytes) == value)
      #expect(try same(value, foundation(bytes)), "\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test("Damaged texts: never a crash; what is accepted, Foundation accepts and reads alike")
  func damaged() throws {
    var random = Random(seed: 7)
    let marks = Array("{}[],:\"\\0-+.eEtfnu \n".utf8)
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = random.value(depth: 3).serialized()
      for _ in 0...random.below(3) where !bytes.isEmpty {
        let place = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[place] = UInt8(random.below(256))
        case 1: bytes.remove(at: place)
        default: bytes.insert(marks[random.below(marks.count)], at: place)
        }
      }
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      accepted += 1
      // Foundation turns numbers beyond a double into an error; their text is all that matters here.
      guard let theirs = try? foundation(bytes) else {
        #expect(value.hasHugeNumber, "only accepted here: \(String(decoding: bytes, as: UTF8.self))")
        continue
      }
      #expect(same(value, theirs), "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(accepted > 1000, "damage that always shows tests little")
  }

  @Test("What Foundation refuses is refused here too", arguments: ["[01]", "[+1]", "[1.]", "[.1]", "[tru]", "[\"\\q\"]"])
  func bothRefuse(text: String) {
    #expect(throws: (any Error).self) { try foundation(Array(text.utf8)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  private func foundation(_ bytes: [UInt8]) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
  }

  private func same(_ ours: JSONValue, _ theirs: Any) -> Bool {
    switch ours {
    case .null: return theirs is NSNull
    case .bool(let value): return (theirs as? Bool) == value
    case .string(let text): return (theirs as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false
    case .number(let text):
      guard let number = theirs as? NSNumber, let double = Double(text) else { return false }
      return number.doubleValue == double || abs(number.doubleValue - double) <= abs(double) * 1e-15
    case .array(let elements):
      guard let list = theirs as? [Any], list.count == elements.count else { return false }
      return zip(elements, list).allSatisfy { same($0, $1) }
    case .object(let fields):
      guard let map = theirs as? [String: Any], map.count == fields.count else { return false }
      return fields.allSatisfy { key, value in map[key].map { same(value, $0) } ?? false }
    }
  }
}

extension JSONValue {
  fileprivate var hasHugeNumber: Bool {
    switch self {
    case .number(let text): Double(text).map { !$0.isFinite || ($0 == 0 && text.contains { ("1"..."9").contains($0) }) } ?? true
    case .array(let elements): elements.contains(where: \.hasHugeNumber)
    case .object(let fields): fields.values.contains(where: \.hasHugeNumber)
    default: false
    }
  }
}

/// The same values in every run (SplitMix64).
private struct Random {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }

  mutating func value(depth: Int) -> JSONValue {
    switch below(depth > 0 ? 8 : 5) {
    case 0: return .null
    case 1: return .bool(below(2) == 1)
    case 2: return .number(number())
    case 3, 4: return .string(text())
    case 5, 6: return .object(Dictionary((0..<below(5)).map { _ in (text(), value(depth: depth - 1)) }) { $1 })
    default: return .array((0..<below(5)).map { _ in value(depth: depth - 1) })
    }
  }

  private mutating func number() -> String {
    switch below(4) {
    case 0: return String(below(1000) - 500)
    case 1: return "\(below(100)).\(below(10_000))"
    case 2: return "-\(below(10)).\(below(10))e\(below(2) == 0 ? "+" : "-")\(below(300))"
    default: return String(below(.max))
    }
  }

  private mutating func text() -> String {
    let parts = ["a", "key", "\"", "\\", "\n", "\u{0}", "\u{1F}", "é", "e\u{301}", "😀", "\u{2028}", "/", "", "1.31.4"]
    return (0..<below(4)).map { _ in parts[below(parts.count)] }.joined()
  }
}
