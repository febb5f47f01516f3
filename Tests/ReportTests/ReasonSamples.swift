import Promotion

/// Every kind of reason, in the shapes that read differently.
enum ReasonSamples {
  private static let three = ["prod-02", "prod-01", "prod-03"]

  static let all: [Reason] = [
    Reason(.noClusters(pinned: [], paused: [])),
    Reason(.noClusters(pinned: ["prod-01"], paused: [])),
    Reason(.noClusters(pinned: ["prod-02", "prod-01"], paused: ["prod-03"])),
    Reason(.noClusters(pinned: [], paused: ["prod-03"])),
    Reason(.notQualified(stage: "staging", tuple: Scene.new, lacking: [:])),
    Reason(
      .notQualified(
        stage: "staging", tuple: Scene.new,
        lacking: [
          "staging-01": .soaking(until: Scene.after(5)), "staging-02": .soaking(until: Scene.after(80)),
          "staging-03": .degraded(reasons: ["node-7 is not ready"], since: Scene.before(130)),
          "staging-04": .upgrading(observed: Scene.old.versions, since: Scene.before(3)),
          "staging-05": .unknown(lastReading: Scene.before(90)), "staging-06": .unknown(lastReading: nil),
          "staging-07": .desires(Scene.old),
        ]), until: Scene.after(80)),
    Reason(
      .notQualified(
        stage: "prod", tuple: Scene.old,
        lacking: Dictionary(uniqueKeysWithValues: Scene.clusters("prod", 20).map { ($0, .soaking(until: Scene.after(5))) })),
      until: Scene.after(5)),
    Reason(.nothingAdmitted(component: "kubernetes")),
    Reason(.takenBack(Scene.new, TakenBack(cause: .closedRequest(12, by: "ann"), at: Scene.before(600)))),
    Reason(.takenBack(Scene.new, TakenBack(cause: .commit(Scene.tip, by: "ann")))),
    Reason(.inFlight(three)),
    Reason(.inFlight(Scene.clusters("prod", 20))),
    Reason(.unhealthy(["prod-01"])),
    Reason(.unhealthy(three)),
    Reason(.failed(stage: "dev", tuple: Scene.new, clusters: ["dev-01"])),
    Reason(.stopped(Stop(stage: nil, by: "ann", at: Scene.before(60)))),
    Reason(.stopped(Stop(stage: "prod", by: "ann", at: Scene.before(60), reason: "the load balancer is being replaced"))),
    Reason(.minimumAge(component: "kubernetes", Version("1.31.4")), until: Scene.after(3 * 1440)),
    Reason(.requires(cluster: "prod-01", Requirement(component: "kops", range: ">= {minor}"), Version("1.31.4"))),
    Reason(.noPath(from: Scene.platform("1.29.8", "2.0"), to: Scene.new, missing: "kubernetes 1.30", clusters: three)),
    Reason(.step(stage: "dev", missing: "kubernetes 1.30")),
    Reason(.withdrawn(component: "kubernetes", Version("1.31.4"))),
    Reason(.slotTaken(number: 12, .label)),
    Reason(.slotTaken(number: nil, .commit(Scene.tip))),
    Reason(.slotUnknown),
    Reason(.gateRed(number: 12, ["resolve"])),
    Reason(.gateRed(number: nil, ["resolve", "e2e"])),
    Reason(.unknown(["prod-01"])),
    Reason(.emptyStage("staging")),
    Reason(.unordered(component: "api", [Version("9f2c1d0"), Version("b7e23ec")])),
  ]

  /// A new kind fails to compile here, and then fails its test until it has a sample.
  enum Name: String, CaseIterable {
    case noClusters, notQualified, nothingAdmitted, takenBack, inFlight, unhealthy, failed, stopped, minimumAge, requires
    case noPath, step, withdrawn, slotTaken, slotUnknown, gateRed, unknown, emptyStage, unordered

    init(_ kind: Reason.Kind) {
      switch kind {
      case .noClusters: self = .noClusters
      case .notQualified: self = .notQualified
      case .nothingAdmitted: self = .nothingAdmitted
      case .takenBack: self = .takenBack
      case .inFlight: self = .inFlight
      case .unhealthy: self = .unhealthy
      case .failed: self = .failed
      case .stopped: self = .stopped
      case .minimumAge: self = .minimumAge
      case .requires: self = .requires
      case .noPath: self = .noPath
      case .step: self = .step
      case .withdrawn: self = .withdrawn
      case .slotTaken: self = .slotTaken
      case .slotUnknown: self = .slotUnknown
      case .gateRed: self = .gateRed
      case .unknown: self = .unknown
      case .emptyStage: self = .emptyStage
      case .unordered: self = .unordered
      }
    }
  }
}
