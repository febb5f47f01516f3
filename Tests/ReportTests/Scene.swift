import Promotion

/// The small world that these tests tell of.
enum Scene {
  /// 2026-03-02 09:00:00 UTC
  static let now = Timestamp(seconds: 1_772_442_000)

  static let policy = Policy(
    name: "clusters",
    components: [Component(name: "kubernetes"), Component(name: "automation"), Component(name: "api")],
    groups: [Group(name: "platform", components: ["kubernetes", "automation"]), Group(name: "api", components: ["api"])],
    stages: [
      Stage(name: "dev", applies: true), Stage(name: "staging", after: ["dev"], applies: true),
      Stage(name: "prod", after: ["staging"]),
    ])

  static let prod = Slot(stage: "prod", group: "platform")
  static let prodAPI = Slot(stage: "prod", group: "api")
  static let old = platform("1.31.3", "2.0")
  static let new = platform("1.31.4", "2.1")

  static func platform(_ kubernetes: String, _ automation: String) -> VersionTuple {
    VersionTuple(["kubernetes": Version(kubernetes), "automation": Version(automation)])
  }

  static func api(_ version: String) -> VersionTuple { VersionTuple(["api": Version(version)]) }

  static func before(_ minutes: Int) -> Timestamp { Timestamp(seconds: now.seconds - minutes * 60) }
  static func after(_ minutes: Int) -> Timestamp { Timestamp(seconds: now.seconds + minutes * 60) }

  /// `prod-01`, `prod-02`…
  static func clusters(_ stage: StageName, _ count: Int) -> [ClusterName] {
    (1...count).map { "\(stage)-\($0 < 10 ? "0" : "")\($0)" }
  }

  static let digest = "0123456789abcdef"
  static let tip = "3f786850e387550fdab836ed7e6dc881de23001b"

  /// A promotion of the one component `api`.
  static func apiPromotion(
    to: String = "7.2.0", from: String = "7.1.9", clusters: [ClusterName] = clusters("prod", 3)
  ) -> PlannedPromotion {
    PlannedPromotion(
      slot: prodAPI, to: api(to), from: Dictionary(uniqueKeysWithValues: clusters.map { ($0, api(from)) }))
  }
}
