import Host
import TestSupport
import Testing

@testable import Git

@Suite("git's packets")
struct PacketTests {
  @Test("come out as they went in, in parts of any length")
  func parts() throws {
    var writer = PacketWriter()
    writer.line("command=ls-refs")
    writer.delimiter()
    writer.line(String(repeating: "x", count: 65_000))
    writer.flush()
    let bytes = writer.bytes + Array("0002".utf8) + Array("0004".utf8) + Array("0008ab\u{0}\n".utf8)
    var random = Seeded(11)
    for _ in 0..<50 {
      var reader = PacketReader()
      var found: [Packet] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = min(rest.count, Int.random(in: 1...30_000, using: &random))
        reader.add(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
        while let packet = try reader.next() { found.append(packet) }
      }
      #expect(reader.isBetweenPackets)
      #expect(found.count == 7)
      #expect(found[0].line == "command=ls-refs" && found[1] == .delimiter && found[2].line?.count == 65_000)
      #expect(found[3] == .flush && found[4] == .responseEnd && found[5] == .data([]) && found[6].line == "ab\0")
    }
  }

  @Test(
    "what is none is none, however short",
    arguments: ["<!DOCTYPE html>", "<h", "0003", "fffg", "ffff" + String(repeating: "x", count: 70_000), "fff1x", "+0ab"])
  func none(_ text: String) {
    var reader = PacketReader(Array(text.utf8))
    #expect(throws: PacketReader.Failure.self) { while try reader.next() != nil {} }
  }

  @Test("part of one is no error, but no packet either", arguments: ["", "0", "001", "0032", "0032abc", "fff0"])
  func part(_ text: String) throws {
    var reader = PacketReader(Array(text.utf8))
    #expect(try reader.next() == nil)
    #expect(reader.isBetweenPackets == text.isEmpty)
  }

  @Test("a server's refusal is one line without control characters")
  func refusal() throws {
    var reader = PacketReader(Array("0027ERR upload-pack: \u{1b}[1mnot our\r\nref x\n".utf8))
    #expect(try reader.next()?.refusal == "upload-pack: [1mnot our; ref x")
    #expect(Packet.data(Array("ERRx"[...].utf8)[...]).refusal == nil)
    #expect(Packet.flush.refusal == nil)
  }

  @Test("what a server says of itself is read, of both versions, and what is remembered of it comes back")
  func advertisements() throws {
    func packets(_ lines: [String?]) -> [UInt8] {
      var writer = PacketWriter()
      for line in lines { if let line { writer.line(line) } else { writer.flush() } }
      return writer.bytes
    }
    let id = String(repeating: "1", count: 40)
    let two = try Advertisement(
      packets([
        "# service=git-upload-pack", nil, "version 2", "agent=git/2", "ls-refs=unborn", "fetch=shallow wait-for-done filter",
        "object-format=sha1", nil,
      ]))
    #expect(two.server(at: "https://h/r").features == [.version2, .partial, .unborn, .agent, .format])
    let bare = try Advertisement(packets(["version 2", "ls-refs", "fetch", nil]))
    #expect(bare.server(at: "https://h/r").features == [.version2])
    #expect(bare.server(at: "").command("fetch").bytes == Array("0012command=fetch\n0001".utf8))
    let old = try Advertisement(
      packets([
        "# service=git-upload-pack", nil, "\(id) HEAD\0multi_ack symref=HEAD:refs/heads/main filter allow-reachable-sha1-in-want",
        "\(id) refs/heads/main", "\(id) refs/tags/v1", "\(id) refs/tags/v1^{}", nil,
      ]))
    #expect(old.references.keys.sorted() == ["refs/heads/main", "refs/tags/v1"] && old.head == "refs/heads/main")
    #expect(old.server(at: "b").features == [.partial])
    let empty = try Advertisement(
      packets(["# service=git-upload-pack", nil, "\(ObjectID.zero) capabilities^{}\0side-band-64k", nil]))
    #expect(empty.references.isEmpty && empty.capabilities == ["side-band-64k"])
    for cut in [["version 2", "ls-refs"], ["# service=git-upload-pack", nil], []] as [[String?]] {
      #expect(throws: PacketReader.Failure.self) { try Advertisement(packets(cut)) }
    }
    for server in [two.server(at: "https://h/r"), bare.server(at: "http://h:8080/r"), old.server(at: "https://h/x.git")] {
      #expect(SmartServer(server.text) == server)
    }
    for text in [
      "", "sluice-server 1\nhttps://h/r\n", "sluice-server 2\nhttps://h/r\nversion2\n", "sluice-server 1\nfile:///x\nversion2\n",
    ] {
      #expect(SmartServer(text) == nil)
    }
  }

  @Test("base64 is what others make of it")
  func base64() {
    for (text, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob?~", "Zm9vYj9+")] {
      #expect(Base64.encode(Array(text.utf8)) == coded)
    }
  }
}
