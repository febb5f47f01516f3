import Promotion
import TestSupport
import Testing

@testable import Report

@Suite("A promotion's pull request and commit")
struct PromotionTextTests {
  @Test("reads well for one component")
  func oneComponent() {
    let difference = Golden.difference(PromotionSamples.small.body, "pull-request-small.md")
    #expect(difference == nil)
    let message = Golden.difference(PromotionSamples.small.commitMessage, "commit-small.txt")
    #expect(message == nil)
  }

  @Test("reads well for a group in a large stage")
  func group() {
    let text = PromotionSamples.large(60)
    let difference = Golden.difference(text.body, "pull-request-large.md")
    #expect(difference == nil)
    let message = Golden.difference(text.mergeMessage(number: 12), "merge-large.txt")
    #expect(message == nil)
  }

  @Test("reads well for a take-back and for a consolidation")
  func otherKinds() {
    for (text, name) in [(PromotionSamples.takeBack, "take-back"), (PromotionSamples.consolidation, "consolidate")] {
      let difference = Golden.difference(text.body, "pull-request-\(name).md")
      #expect(difference == nil)
      let message = Golden.difference(text.commitMessage, "commit-\(name).txt")
      #expect(message == nil)
    }
  }

  @Test("titles are as the conventions say")
  func titles() {
    #expect(PromotionSamples.consolidation.title == "Consolidate api 7.2.0 in prod")
    #expect(PromotionSamples.takeBack.title == "Take api back to 7.1.9 in prod")
    #expect(PromotionSamples.small.title == "Promote api to 7.2.0 in prod")
    #expect(PromotionSamples.large(2).title == "Promote platform (kubernetes 1.31.4, automation 2.1) in prod")
  }

  @Test("the same facts give the same text, in whatever order a dictionary has them")
  func stable() {
    for _ in 0..<20 {
      #expect(PromotionSamples.large(60).body == PromotionSamples.large(60).body)
      #expect(PromotionSamples.large(60).commitMessage == PromotionSamples.large(60).commitMessage)
    }
  }

  @Test("a fleet of ten thousand stays under the bound", arguments: [1, 100, 10_000])
  func bound(count: Int) {
    let body = PromotionSamples.large(count).body
    #expect(body.utf8.count < 60_000)
    #expect(body.contains("### What reverting this does"))
    #expect(body.hasSuffix("-->\n"))
    #expect(PromotionSamples.large(count).commitMessage.utf8.count < 4000)
  }

  @Test("strange text stays under the bound and escapes nowhere", arguments: Hostile.texts)
  func strange(outside: String) {
    for count in [2, 40] {
      let text = PromotionSamples.hostile(outside, count: count)
      let body = text.body
      #expect(body.utf8.count < 60_000)
      let lines = body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      #expect(lines.allSatisfy { Hostile.isPlain($0) })
      #expect(lines.allSatisfy { !$0.hasPrefix("/") })
      // Apart from our own tags nothing opens one, and what is no code span holds no mention.
      let tags = body.matches(of: #/<[^>\n]*/#).map { String($0.output) }
      let ours = ["<details", "<summary", "</summary", "</details"]
      #expect(tags.allSatisfy { ours.contains($0) || $0.hasPrefix("<!-- sluice:promotion {") })
      #expect(lines.count { $0.contains("-->") } == 1)
      #expect(body.replacing(#/`[^`\n]*`/#, with: "").replacing(#/&#\d+;/#, with: "").firstMatch(of: #/@|[^#]#\d/#) == nil)
      let columns = lines.filter { $0.hasPrefix("|") && !$0.hasPrefix("|---") }.map { $0.count { $0 == "|" } }
      #expect(columns.allSatisfy { $0 == 4 || $0 == 3 || $0 == 5 })
    }
  }

  @Test("a commit's message is one subject and words, and its trailers are the facts", arguments: Hostile.texts)
  func message(outside: String) {
    // Names and versions are bounded where they are read; a version that is longer than a trailer takes is no version.
    let text = PromotionSamples.hostile(outside.isEmpty ? "x" : String(outside.prefix(200)))
    for message in [text.commitMessage, text.mergeMessage(number: 7)] {
      let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines[0].unicodeScalars.count < 500)
      #expect(lines[1].isEmpty)
      #expect(lines.allSatisfy { Hostile.isPlain($0.filter { $0 != "\u{200b}" }) })
      #expect(lines.dropFirst().allSatisfy { $0.first.map { !"/#@".contains($0) } ?? true })
      #expect(PromotionTrailers(message: message) == text.trailers)
    }
  }
}
