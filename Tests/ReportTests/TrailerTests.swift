import Promotion
import Testing

@testable import Report

@Suite("Trailers")
struct TrailerTests {
  private let order = ["kubernetes", "automation"]

  private func trailers(from: [VersionTuple] = [Scene.old], to: VersionTuple = Scene.new) -> PromotionTrailers {
    PromotionTrailers(
      policy: "clusters", slot: Scene.prod, from: from, to: to,
      clusters: PromotionTrailers.ClusterDigest(count: 12, hex: Scene.digest), ledger: Scene.tip)
  }

  private func message(_ paragraph: String) -> String { "A subject\n\nWords.\n\n\(paragraph)" }

  @Test("are written as the conventions say")
  func form() {
    #expect(
      trailers(from: [Scene.old, Scene.platform("1.31.2", "2.0")]).text(components: order) == """
        Sluice-Policy: clusters
        Sluice-Stage: prod
        Sluice-Group: platform
        Sluice-From: kubernetes=1.31.3,automation=2.0; kubernetes=1.31.2,automation=2.0
        Sluice-To: kubernetes=1.31.4,automation=2.1
        Sluice-Wave: 1/1
        Sluice-Clusters: 12 sha256:0123456789abcdef
        Sluice-Ledger: 3f786850e387550fdab836ed7e6dc881de23001b

        """)
  }

  @Test("read back as they were, whatever the versions and names are made of", arguments: Hostile.texts)
  func roundTrip(outside: String) {
    let name = outside.isEmpty ? "x" : String(outside.prefix(300))
    let tuple = VersionTuple([name: Version(name), "kubernetes": Version("1.31.4")])
    var written = trailers(from: [tuple, Scene.old], to: tuple)
    written.slot = Slot(stage: name, group: name)
    written.policy = name
    let text = written.text(components: order)
    #expect(text.utf8.allSatisfy { $0 == 10 || (0x20..<0x7f).contains($0) })
    let read = PromotionTrailers(message: message(text))
    #expect(read == written)
  }

  @Test("random tuples read back as they were")
  func randomRoundTrip() {
    var random = Generator(state: 7)
    let alphabet = Array("ab1.,;=% \n\r\t:/@#<>-_|é版\u{0}\u{1b}".unicodeScalars)
    func text() -> String {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 1...8, using: &random) { text.append(alphabet.randomElement(using: &random) ?? "a") }
      return String(text)
    }
    for _ in 0..<2000 {
      let tuples = (0..<3).map { _ in
        VersionTuple(Dictionary((0..<3).map { _ in (text(), Version(text())) }) { first, _ in first })
      }
      let written = trailers(from: Array(tuples[..<2]), to: tuples[2])
      #expect(PromotionTrailers(message: message(written.text(components: order))) == written)
    }
  }

  @Test("damaged messages never read as something else", arguments: [1, 2, 3, 4])
  func fuzz(seed: UInt64) {
    var random = Generator(state: seed)
    let whole = Array(message(trailers().text(components: order)).utf8)
    for _ in 0..<5000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
        }
      }
      // What is read at all is well formed: written again and read again it is the same.
      guard let read = PromotionTrailers(message: String(decoding: bytes, as: UTF8.self)) else { continue }
      #expect(PromotionTrailers(message: message(read.text(components: order))) == read)
      #expect(!read.to.isEmpty && read.clusters.hex.utf8.count == 16)
    }
  }

  @Test("are read from the last paragraph only")
  func lastParagraph() {
    let paragraph = trailers().text(components: order)
    #expect(PromotionTrailers(message: message(paragraph)) == trailers())
    #expect(PromotionTrailers(message: message(paragraph) + "\n\n \n") == trailers())
    let windows = message(paragraph).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    #expect(PromotionTrailers(message: windows) == trailers())
    #expect(PromotionTrailers(message: message(paragraph) + "Signed-off-by: Ann <ann@example.test>\n") == trailers())
    #expect(PromotionTrailers(message: message(paragraph) + "\nSome more words.\n") == nil)
    #expect(PromotionTrailers(message: message(paragraph) + "Some more words.\n") == nil)
    #expect(PromotionTrailers(message: paragraph) == nil)
    #expect(PromotionTrailers(message: "") == nil)
    #expect(PromotionTrailers(message: "\n\n") == nil)
  }

  @Test(
    "a trailer that is not in its exact form is none",
    arguments: [
      ("Sluice-To: kubernetes=1.31.4,automation=2.1", "Sluice-To: kubernetes=1.31.4,kubernetes=2.1"),
      ("Sluice-To: kubernetes=1.31.4,automation=2.1", "Sluice-To: kubernetes=1.31.4,"),
      ("Sluice-To: kubernetes=1.31.4,automation=2.1", "Sluice-To: kubernetes=1=2"),
      ("Sluice-To: kubernetes=1.31.4,automation=2.1", "Sluice-To: =1"),
      ("Sluice-To: kubernetes=1.31.4,automation=2.1", "Sluice-To: "),
      ("Sluice-To: kubernetes=1.31.4,automation=2.1", "Sluice-To: kubernetes=1.%4"),
      ("Sluice-To: kubernetes=1.31.4,automation=2.1", "Sluice-To: kubernetes=1 2"),
      ("Sluice-To: kubernetes=1.31.4,automation=2.1", "Sluice-To: kubernetes=%FF"),
      ("Sluice-Wave: 1/1", "Sluice-Wave: 2/1"), ("Sluice-Wave: 1/1", "Sluice-Wave: 01/1"),
      ("Sluice-Wave: 1/1", "Sluice-Wave: 1"), ("Sluice-Wave: 1/1", "Sluice-Wave: 0/1"), ("Sluice-Wave: 1/1", "Sluice-Wave: +1/1"),
      ("Sluice-Clusters: 12 sha", "Sluice-Clusters: -1 sha"), ("0123456789abcdef", "0123456789abcdeg"),
      ("0123456789abcdef", "0123456789abcde"), ("0123456789abcdef", "0123456789ABCDEF"),
      ("Sluice-Ledger: 3f", "Sluice-Ledger: 3F"), ("Sluice-Ledger: 3f", "Sluice-Ledger: "),
      ("Sluice-Stage: prod", "Sluice-Stage: prod\nSluice-Stage: dev"),
      ("Sluice-Stage: prod", "Sluice-Stage: prod\nsluice-stage: dev"),
      ("Sluice-Stage: prod", "Sluice-Stage: "), ("Sluice-Stage: prod\n", ""), ("Sluice-Stage: prod", "Sluice-Stage: prod\n  dev"),
      ("Sluice-Policy: clusters", "Sluice-Policy:clusters"), ("automation=2.0\n", "automation=2.0; 0 more\n"),
      ("automation=2.0\n", "automation=2.0; \n"), ("Sluice-From: kubernetes=1.31.3,automation=2.0", "Sluice-From: 3 more"),
    ])
  func strict(old: String, new: String) {
    let whole = message(trailers().text(components: order))
    #expect(whole.contains(old))
    #expect(PromotionTrailers(message: whole.replacing(old, with: new)) == nil)
  }

  @Test("a bare version is that of a group of one")
  func bare() {
    let whole = trailers().text(components: order)
    let text = whole.replacing("Sluice-To: kubernetes=1.31.4,automation=2.1", with: "Sluice-To: 1.31.4")
    #expect(PromotionTrailers(message: message(text))?.to == VersionTuple(["platform": Version("1.31.4")]))
  }

  @Test("a fleet that comes from everywhere lists twenty tuples and counts the rest")
  func manyOrigins() {
    let from = (1...10_000).map { Scene.platform("1.31.\($0)", "2.0") }
    let text = trailers(from: from).text(components: order)
    #expect(text.utf8.count < 2000)
    let read = PromotionTrailers(message: message(text))
    #expect(read?.from == Array(from.prefix(20)))
    #expect(read?.omitted == 9980)
  }

  @Test("a paragraph longer than any that Sluice writes is not read")
  func bounded() {
    let text = trailers(to: VersionTuple(["kubernetes": Version(String(repeating: "1", count: 70_000))])).text(components: order)
    #expect(PromotionTrailers(message: message(text)) == nil)
  }

  @Test("the ledger's tip is read from any commit of the policy")
  func ledger() {
    let some = "A subject\n\nSluice-Policy: clusters\nSluice-Ledger: \(Scene.tip)\n"
    #expect(PromotionTrailers.ledgerTip(inMessage: some, policy: "clusters") == Scene.tip)
    #expect(PromotionTrailers.ledgerTip(inMessage: some, policy: "other") == nil)
    #expect(PromotionTrailers.ledgerTip(inMessage: some.replacing("3f", with: "xx"), policy: "clusters") == nil)
    #expect(PromotionTrailers.ledgerTip(inMessage: "A subject\n\nWords", policy: "clusters") == nil)
  }
}

/// SplitMix64: the same numbers on each run.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
