import Testing

@testable import Host

@Suite struct JSONReaderTests {
  private let text = Array(
    #" {"kind": "List", "items": [{"a": {"deep": [1, {"b": "\"}"}]}, "n": 3}, null, {"n": 1.5}, {"n": "no"}], "on": true, "gone": null} "#
      .utf8)

  @Test("What is wanted is read, and the rest passed over")
  func selective() throws {
    var numbers: [Int?] = []
    var kind: String?
    var flags: [Bool?] = []
    try JSONReader.document(Array(text)) { (reader) throws(JSONError) in
      try reader.object { (reader, key) throws(JSONError) in
        switch key {
        case "kind": kind = try reader.string()
        case "on", "gone": flags.append(try reader.bool())
        case "items":
          try reader.list { (reader) throws(JSONError) in
            try reader.object { (reader, key) throws(JSONError) in
              if key == "n", !reader.isText { numbers.append(try reader.integer()) }
            }
          }
        default: break
        }
      }
    }
    #expect(kind == "List")
    #expect(numbers == [3, nil])
    #expect(flags == [true, nil])
  }

  @Test(
    "What is skipped must be JSON all the same",
    arguments: [
      #"{"a": [1, }"#, #"{"a": {"b" 1}}"#, #"{"a": tru}"#, #"{"a": "open}"#, #"{"a": 01}"#, #"{"a": 1} x"#, "{\"a\": \"\n\"}", "",
      #"{"a": "\"#, #"{"a": -}"#,
    ])
  func grammar(_ text: String) {
    #expect(throws: JSONError.self) {
      try JSONReader.document(Array(text.utf8)) { (reader) throws(JSONError) in
        try reader.object { (_, _) throws(JSONError) in }
      }
    }
  }

  @Test("Another kind than expected is an error with its place")
  func kinds() {
    for (text, expected) in [
      (#"["x"]"#, "1:1: expected an object, found '['"), (#"{"n": {}}"#, "1:7: expected a number, found '{'"),
    ] {
      let error = #expect(throws: JSONError.self) {
        try JSONReader.document(Array(text.utf8)) { (reader) throws(JSONError) in
          try reader.object { (reader, _) throws(JSONError) in _ = try reader.integer() }
        }
      }
      #expect(error?.description == expected)
    }
  }

  @Test("Depth is bounded, skipped or not")
  func depth() {
    let deep = Array((String(repeating: "[", count: 100) + String(repeating: "]", count: 100)).utf8)
    #expect(throws: JSONError.self) {
      try JSONReader.document(deep, maximumDepth: 64) { (reader) throws(JSONError) in try reader.skip() }
    }
  }
}
