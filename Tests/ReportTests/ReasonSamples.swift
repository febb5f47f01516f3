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
    Reason(.held(Scene.new, HoldSamples.closed)), Reason(.held(Scene.new, HoldSamples.commit)),
    Reason(.held(Scene.new, HoldSamples.manual)), Reason(.stranded(["prod-01"], Scene.new)),
    Reason(
      .wave(
        WavePlace(number: 2, of: 4), tuple: Scene.new,
        lacking: ["prod-01": .soaking(until: Scene.after(80)), "prod-02": .unknown(lastReading: nil)])),
    Reason(
      .wave(WavePlace(number: 1, of: 3), tuple: Scene.new, lacking: ["prod-01": .soaking(until: Scene.after(80))]),
      until: Scene.after(80)),
    Reason(.window, until: Scene.after(600)), Reason(.window), Reason(.freeze(reason: "holidays"), until: Scene.after(20000)),
    Reason(.freeze(reason: nil), until: Scene.after(60)),
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
    case noClusters, notQualified, nothingAdmitted, held, stranded, wave, window, freeze, inFlight, unhealthy, failed, stopped
    case minimumAge, requires
    case noPath, step, withdrawn, slotTaken, slotUnknown, gateRed, unknown, emptyStage, unordered

    init(_ kind: Reason.Kind) {
      switch kind {
      case .noClusters: self = .noClusters
      case .notQualified: self = .notQualified
      case .nothingAdmitted: self = .nothingAdmitted
      case .held: self = .held
      case .stranded: self = .stranded
      case .wave: self = .wave
      case .window: self = .window
      case .freeze: self = .freeze
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

/// Holds of each cause, and one that was released.
enum HoldSamples {
  private static let prod = Slot(stage: "prod", group: "platform")

  static let closed = Hold(
    id: "request:12", slot: Slot(stage: "staging", group: "platform"), bar: .exactly(Scene.new),
    cause: .closedRequest(12, by: "ann"), at: Scene.before(600))
  static let commit = Hold(
    id: "commit:\(Scene.tip):prod/platform", slot: prod, bar: .above(Scene.old, upTo: Scene.new),
    cause: .commit(Scene.tip, by: "ann"))
  static let manual = Hold(
    id: "manual:1", slot: prod, bar: .exactly(Scene.new), scope: .clusters(["prod-02", "prod-01"]),
    cause: .manual(by: "ann", reason: "leaks memory"), at: Scene.before(5))
  static var undone: Hold {
    var hold = commit
    hold.release = .undone(commit: Scene.tip, by: "bob")
    return hold
  }
  static var released: Hold {
    var hold = manual
    hold.release = .person("bob", at: Scene.before(1), reason: "mended")
    return hold
  }
}
