import Host
import Ledger
import Promotion
import Testing

@Suite("Where records stand")
struct RecordPlaceTests {
  @Test(
    "A name is a file's name on every file system",
    arguments: [
      ("dev-1", "dev-1"), ("a.b-c9", "a.b-c9"), (".hidden", "%2Ehidden"), ("..", "%2E."), ("a/b", "a%2Fb"),
      ("Prod", "%50rod"), ("prod_1", "prod%5F1"), ("50%", "50%25"), ("ü", "%C3%BC"), ("a b", "a%20b"), ("*", "%2A"),
      (String(repeating: "x", count: 120), String(repeating: "x", count: 120)),
    ])
  func encoding(name: String, encoded: String) {
    #expect(RecordPlace.encoded(name) == encoded)
  }

  @Test("A name of more than 120 encoded bytes is cut after 100 and keeps a hash of the whole")
  func longNames() {
    let long = String(repeating: "x", count: 121)
    let hash = SHA256Digest.hex(long.utf8).prefix(16)
    #expect(RecordPlace.encoded(long) == String(repeating: "x", count: 100) + "-" + hash)
    let capitals = String(repeating: "A", count: 41)
    #expect(RecordPlace.encoded(capitals).utf8.count == 117)
    #expect(RecordPlace.encoded(capitals + "a") != RecordPlace.encoded(capitals + "b"))
  }

  @Test("A cluster's record lies in a folder named by two digits of the hash of its raw name")
  func fanOut() {
    #expect(
      RecordPlace.path(policy: "demo", kind: .clusters, parts: ["Prod 1"])
        == "demo/clusters/\(SHA256Digest.hex("Prod 1".utf8).prefix(2))/%50rod%201.json")
  }

  @Test("What belongs to a stage and a group lies under these")
  func nesting() {
    let subject = SlotTuple(Slot(stage: "prod", group: "platform"), tuple(["b": "2", "a": "1"]))
    let hash = SHA256Digest.hex("a=1\nb=2\n".utf8).prefix(16)
    #expect(
      RecordPlace.path(policy: "demo", kind: .rollouts, parts: RolloutRecord.parts(of: subject))
        == "demo/rollouts/prod/platform/\(hash).json")
    let apply = ApplyRecord.parts(of: ClusterPart("dev-1", "platform"))
    #expect(
      RecordPlace.path(policy: "demo", kind: .applies, parts: apply)
        == "demo/applies/\(SHA256Digest.hex("dev-1".utf8).prefix(2))/dev-1/platform.json")
  }

  @Test("The stop of everything and of a stage have places of their own")
  func stops() {
    #expect(StopRecord.parts(of: nil) == ["*"])
    #expect(StopRecord.parts(of: "prod") == ["prod"])
  }
}
