import Promotion
import TestSupport
import Testing

@testable import Report

@Suite("A promotion's pull request and commit")
struct PromotionTextTests {
  /// What a first stage without approvals shows: short, nothing folded.
  private var small: PromotionText {
    PromotionText(
      policy: "clusters", promotion: Scene.apiPromotion(), components: ["api"], clusterDigest: Scene.digest,
      ledgerTip: Scene.tip, appliesItself: false,
      edits: Scene.clusters("prod", 3).map {
        PromotionText.FileEdit(path: "clusters/\($0).yaml", what: "images.[name=api].newTag: 7.1.9 to 7.2.0")
      },
      evidence: [
        PromotionText.Evidence(
          stage: "staging", tuple: Scene.api("7.2.0"), qualifiedAt: Scene.before(30), clusters: ["staging-01", "staging-02"])
      ],
      gates: [
        PromotionText.GateResult(name: "yaml", state: .passed, detail: "3 files"),
        PromotionText.GateResult(name: "resolve", state: .passed, detail: "12 clusters"),
      ],
      changes: Scene.clusters("prod", 3).map {
        PromotionText.EffectiveChange(cluster: $0, field: "images.[name=api].newTag", old: "7.1.9", new: "7.2.0")
      },
      approvals: PromotionText.Approvals(needed: 1, givenBy: ["ann"]),
      upstream: [PromotionText.UpstreamLink(component: "api", address: "https://github.com/acme/api/compare/7.1.9...7.2.0")])
  }

  /// A group, several tuples to come from, a component that some clusters lack and one that stays.
  private func large(_ count: Int) -> PromotionText {
    let clusters = Scene.clusters("prod", count)
    var from: [ClusterName: VersionTuple] = [:]
    for (index, cluster) in clusters.enumerated() {
      from[cluster] = index == 0 ? VersionTuple(["kubernetes": Version("1.31.2")]) : Scene.platform("1.31.3", "2.1")
    }
    return PromotionText(
      policy: "clusters", promotion: PlannedPromotion(slot: Scene.prod, to: Scene.new, from: from),
      components: ["kubernetes", "automation"], clusterDigest: Scene.digest, ledgerTip: nil, appliesItself: true,
      edits: [PromotionText.FileEdit(path: "tiers/prod.yaml", what: "versions.kubernetes: 1.31.3 to 1.31.4")],
      discoveries: [
        PromotionText.Discovery(
          component: "kubernetes", version: Version("1.31.4"), published: Scene.before(9000), firstSeen: Scene.before(8000)),
        PromotionText.Discovery(component: "automation", version: Version("2.1"), published: nil, firstSeen: Scene.before(60)),
      ],
      gates: [
        PromotionText.GateResult(name: "resolve", state: .running),
        PromotionText.GateResult(name: "yaml", state: .failed, detail: "tiers/prod.yaml:3:1: duplicate key `versions`"),
      ],
      changes: clusters.map {
        PromotionText.EffectiveChange(cluster: $0, field: "versions.kubernetes", old: "1.31.3", new: "1.31.4")
      } + [PromotionText.EffectiveChange(cluster: "prod-01", field: "versions.automation", old: nil, new: "2.1")])
  }

  private var consolidation: PromotionText {
    var text = small
    text.kind = .consolidate
    text.promotion.from = text.promotion.from.mapValues { _ in text.promotion.to }
    text.evidence = []
    text.changes = []
    text.upstream = []
    text.edits = [
      PromotionText.FileEdit(path: "tiers/prod.yaml", what: "images.[name=api].newTag: 7.1.9 to 7.2.0"),
      PromotionText.FileEdit(path: "clusters/prod-01.yaml", what: "images.[name=api].newTag: 7.2.0 removed"),
    ]
    return text
  }

  private var takeBack: PromotionText {
    var text = small
    text.kind = .takeBack
    text.back = text.promotion.from
    text.promotion.from = text.promotion.from.mapValues { _ in Scene.api("7.2.0") }
    text.evidence = []
    text.because = ["A Person took api back from 7.2.0 to 7.1.9 in prod-04 (commit 3f786850e3)."]
    text.stranded = ["prod-03"]
    return text
  }

  /// Everything is as long and as strange as it can be.
  private func hostile(_ outside: String, count: Int = 2) -> PromotionText {
    let tuple = VersionTuple([outside: Version(outside), "kubernetes": Version(outside)])
    let clusters = (0..<count).map { "\(outside)\($0)" }
    return PromotionText(
      policy: outside,
      promotion: PlannedPromotion(
        slot: Slot(stage: outside, group: outside), to: tuple,
        from: Dictionary(uniqueKeysWithValues: clusters.map { ($0, VersionTuple([outside: Version($0)])) })),
      components: [outside, "kubernetes"], clusterDigest: Scene.digest, ledgerTip: Scene.tip, appliesItself: true,
      edits: clusters.map { PromotionText.FileEdit(path: $0, what: outside) },
      evidence: clusters.map {
        PromotionText.Evidence(stage: outside, tuple: tuple, qualifiedAt: Scene.now, clusters: [$0, outside])
      },
      discoveries: clusters.map {
        PromotionText.Discovery(component: $0, version: Version(outside), published: nil, firstSeen: Scene.now)
      },
      gates: clusters.map { PromotionText.GateResult(name: $0, state: .failed, detail: outside) },
      changes: clusters.map {
        PromotionText.EffectiveChange(cluster: $0, field: outside, old: outside, new: outside)
      },
      approvals: PromotionText.Approvals(needed: 1, givenBy: clusters),
      upstream: clusters.map { PromotionText.UpstreamLink(component: $0, address: outside) })
  }

  @Test("reads well for one component")
  func oneComponent() {
    let difference = Golden.difference(small.body, "pull-request-small.md")
    #expect(difference == nil)
    let message = Golden.difference(small.commitMessage, "commit-small.txt")
    #expect(message == nil)
  }

  @Test("reads well for a group in a large stage")
  func group() {
    let text = large(60)
    let difference = Golden.difference(text.body, "pull-request-large.md")
    #expect(difference == nil)
    let message = Golden.difference(text.mergeMessage(number: 12), "merge-large.txt")
    #expect(message == nil)
  }

  @Test("reads well for a take-back and for a consolidation")
  func otherKinds() {
    for (text, name) in [(takeBack, "take-back"), (consolidation, "consolidate")] {
      let difference = Golden.difference(text.body, "pull-request-\(name).md")
      #expect(difference == nil)
      let message = Golden.difference(text.commitMessage, "commit-\(name).txt")
      #expect(message == nil)
    }
  }

  @Test("titles are as the conventions say")
  func titles() {
    #expect(consolidation.title == "Consolidate api 7.2.0 in prod")
    #expect(takeBack.title == "Take api back to 7.1.9 in prod")
    #expect(small.title == "Promote api to 7.2.0 in prod")
    #expect(large(2).title == "Promote platform (kubernetes 1.31.4, automation 2.1) in prod")
  }

  @Test("the same facts give the same text, in whatever order a dictionary has them")
  func stable() {
    for _ in 0..<20 {
      #expect(large(60).body == large(60).body)
      #expect(large(60).commitMessage == large(60).commitMessage)
    }
  }

  @Test("a fleet of ten thousand stays under the bound", arguments: [1, 100, 10_000])
  func bound(count: Int) {
    let body = large(count).body
    #expect(body.utf8.count < 60_000)
    #expect(body.contains("### What reverting this does"))
    #expect(body.hasSuffix("-->\n"))
    #expect(large(count).commitMessage.utf8.count < 4000)
  }

  @Test("strange text stays under the bound and escapes nowhere", arguments: Hostile.texts)
  func strange(outside: String) {
    for count in [2, 40] {
      let text = hostile(outside, count: count)
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
    let text = hostile(outside.isEmpty ? "x" : String(outside.prefix(200)))
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
