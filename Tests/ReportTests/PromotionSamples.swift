import Promotion

@testable import Report

/// Promotions of each kind, in the shapes that read differently.
enum PromotionSamples {
  /// What a first stage without approvals shows: short, nothing folded.
  static var small: PromotionText {
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
  static func large(_ count: Int) -> PromotionText {
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

  static var consolidation: PromotionText {
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

  static var takeBack: PromotionText {
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
  static func hostile(_ outside: String, count: Int = 2) -> PromotionText {
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
}
