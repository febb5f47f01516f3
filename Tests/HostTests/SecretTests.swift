import Foundation
import TestSupport
import Testing

@testable import Host

@Suite("Secrets")
struct SecretTests {
  @Test("A secret never prints itself")
  func prints() {
    let secret = Secret("hunter2-token")
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), "\(Optional(secret) as Any)", dumped] {
      #expect(!text.contains("hunter2"), "\(text)")
      #expect(text.contains("***"))
    }
    #expect(secret.reveal() == "hunter2-token")
  }

  @Test("A secret comes from the environment or a file, without the line ends behind it")
  func resolved() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(" two words \r\n\n", to: "token")
    #expect(try SecretReference(.environment("T")).resolve(environment: ["T": "abc\n"]).reveal() == "abc")
    #expect(try SecretReference(.file(file)).resolve(environment: [:]).reveal() == " two words ")
    #expect(SecretReference(.environment("T")).variable == "T" && SecretReference(.file(file)).variable == nil)
  }

  @Test("A secret that is absent, empty or no text says where, and not what")
  func unresolved() throws {
    let folder = try TemporaryFolder()
    let absent = #expect(throws: HostError.self) { try SecretReference(.environment("T")).resolve(environment: [:]) }
    #expect(absent?.description == "the secret's variable T is not set, hint: export T=… and run again")
    let empty = #expect(throws: HostError.self) { try SecretReference(.environment("T")).resolve(environment: ["T": "\n"]) }
    #expect(empty?.kind == .invalid)
    let file = try folder.write([0x61, 0xFF], to: "token")
    let bytes = #expect(throws: HostError.self) { try SecretReference(.file(file)).resolve(environment: [:]) }
    #expect(bytes?.description == "the secret in \(file) is not UTF-8 text")
    let missing = #expect(throws: HostError.self) { try SecretReference(.file(file + "2")).resolve(environment: [:]) }
    #expect(missing?.kind == .notFound)
  }

  @Test(
    "Secrets are taken out of text",
    arguments: [
      (["abc123"], "token abc123, again abc123abc123", "token ***, again ******"),
      (["abc", "abcdef"], "abcdef abcd", "*** ***d"),
      (["e\u{301}x"], "é e\u{301}x éx", "é *** éx"),
      (["-----BEGIN KEY-----\nMIIabcdefgh\nshort\n"], "in a log: MIIabcdefgh; short", "in a log: ***; short"),
      ([""], "nothing", "nothing"), ([], "nothing", "nothing"),
    ])
  func redacted(secrets: [String], text: String, expected: String) {
    #expect(Array(Redactor(secrets: secrets.map(Secret.init)).redact(text).utf8) == Array(expected.utf8))
  }
}
