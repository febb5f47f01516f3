import Foundation
import Testing

@testable import Report

@Suite("JSON")
struct JSONValueTests {
  @Test("every text reads back as it was", arguments: Hostile.texts)
  func roundTrip(outside: String) throws {
    for text in [JSONOutput.string(outside).text, JSONOutput.string(outside).textForComment] {
      let read = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) as? String
      #expect(read.map { Array($0.unicodeScalars) } == Array(outside.unicodeScalars))
      #expect(Hostile.isPlain(text))
    }
  }

  @Test("in a comment nothing ends the comment, mentions or refers", arguments: Hostile.texts)
  func comment(outside: String) {
    let text = JSONOutput.members(["a": .string(outside + "--" + outside)]).textForComment
    #expect(!text.contains("--") && !text.contains("<") && !text.contains(">"))
    #expect(!text.contains("@") && !text.contains("#"))
  }

  @Test(
    "what has to be escaped is",
    arguments: [
      ("\"\\/", #""\"\\/""#), ("\n\r\t\u{8}\u{c}\u{1f}\u{7f}", #""\n\r\t\u0008\u000c\u001f\u007f""#),
      ("\u{2028}\u{2029}", #""\u2028\u2029""#), ("é版👍", "\"é版👍\""), ("\u{e0041}", #""\udb40\udc41""#),
    ])
  func escapes(text: String, json: String) {
    #expect(JSONOutput.string(text).text == json)
  }

  @Test("members keep their order, and those without a value are left out")
  func members() {
    let value = JSONOutput.members(["b": 1, "a": .array([.null, false, -3]), "c": nil, "d": .object([])])
    #expect(value.text == #"{"b":1,"a":[null,false,-3],"d":{}}"#)
    #expect(
      value.indentedText == """
        {
          "b": 1,
          "a": [
            null,
            false,
            -3
          ],
          "d": {}
        }

        """)
  }
}
