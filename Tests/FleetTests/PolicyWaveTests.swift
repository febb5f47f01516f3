import Promotion
import Testing

@testable import Fleet

@Suite struct `A stage's waves and a group's own settings` {
  private static let head = """
    repository: {url: ../config.git}
    fleet: {clusters: "c/{cluster}.yaml", layers: ["c/{cluster}.yaml"]}
    components: {kubernetes: {field: k}, automation: {field: a}, api: {field: b}}
    groups: {platform: [kubernetes, automation]}

    """

  private static func stage(_ text: String) throws -> Stage {
    try #require(Policies.read(head + "stages: [{name: prod, select: {}, \(text)}]\n").promotion.stage("prod"))
  }

  @Test func `are read as they stand`() throws {
    let stage = try Self.stage("waves: [{to: 1, soak: 24h}, {to: 10%, soak: 4h}, {to: 100%, soak: 12h}], soak: 1h")
    #expect(
      stage.waves == [
        Wave(to: .count(1), soak: .seconds(86_400)), Wave(to: .percent(10), soak: .seconds(14_400)),
        Wave(to: .percent(100), soak: .seconds(43_200)),
      ])
    #expect(stage.soak == .seconds(43_200))
  }

  @Test func `have the stage's soak where they don't say their own`() throws {
    let waves = try Self.stage("soak: 2h, waves: [{to: 1, soak: 24h}, {to: 5}, {to: 100%}]").waves
    #expect(waves.map(\.soak) == [.seconds(86_400), .seconds(7200), .seconds(7200)])
    #expect(try Self.stage("waves: [{to: 1}, {to: 100%}]").waves.map(\.soak) == [.seconds(3600), .seconds(3600)])
    #expect(try Self.stage("soak: 2h").waves == [Wave(to: .percent(100), soak: .seconds(7200))])
  }

  @Test func `say what follows a failure or a take-back, and the names it had`() throws {
    let stage = try Self.stage("afterTakeBack: auto, onFailure: revert, was: [live, production], maxInFlight: 7")
    #expect(stage.afterTakeBack == .auto)
    #expect(stage.onFailure == .revert)
    #expect(stage.was == ["live", "production"])
    #expect(stage.maxInFlight == 7)
    #expect(try Self.stage("was: live").was == ["live"])
  }

  @Test func `of a group stand in for the stage's, one by one`() throws {
    let stage = try Self.stage(
      """
      soak: 2h, waves: [{to: 1, soak: 24h}, {to: 100%}], atLeast: 50%, maxInFlight: 9, onFailure: revert, was: old,
        apply: {run: [upgrade]}, merge: {approvals: 2},
        for: {api: {waves: [{to: 100%}], atLeast: 1, deadline: 5m, maxUnhealthy: 3, maxInFlight: 4, follow: latest,
          replaceAfter: 3h, gates: [yaml], merge: {approvals: 0}, afterTakeBack: auto, onFailure: alert}, platform: {soak: 10m}}
      """)
    let api = stage.settings(for: "api")
    var expected = stage
    expected.own = [:]
    expected.waves = [Wave(to: .percent(100), soak: .seconds(7200))]
    expected.atLeast = .count(1)
    expected.deadline = .seconds(300)
    expected.maxUnhealthy = .count(3)
    expected.maxInFlight = 4
    expected.follow = .latest
    expected.replaceAfter = .seconds(10_800)
    expected.gates = ["yaml"]
    expected.approvals = 0
    expected.afterTakeBack = .auto
    expected.onFailure = .alert
    #expect(api == expected)
    #expect(api.applies && api.was == ["old"])
    let platform = stage.settings(for: "platform")
    expected = stage
    expected.own = [:]
    expected.waves = [Wave(to: .count(1), soak: .seconds(600)), Wave(to: .percent(100), soak: .seconds(600))]
    #expect(platform == expected)
    #expect(stage.waves.map(\.soak) == [.seconds(86_400), .seconds(7200)])
  }

  @Test func `of a group without soaks have the stage's last, where it says none for all`() throws {
    let stage = try Self.stage("waves: [{to: 1, soak: 24h}, {to: 100%, soak: 4h}], for: {api: {waves: [{to: 2}, {to: 100%}]}}")
    #expect(stage.settings(for: "api").waves.map(\.soak) == [.seconds(14_400), .seconds(14_400)])
  }

  @Test func `may be larger than what may be in flight where something applies`() throws {
    #expect(try Self.stage("maxInFlight: 2, waves: [{to: 9}, {to: 100%}], apply: {run: [x]}").waves.count == 2)
  }

  @Test func `that this fleet makes larger than what may be in flight are told`() async throws {
    func notes(_ stage: String, clusters: Int) async throws -> [String] {
      let policy = try Policies.read(
        "repository: {url: x}\nfleet: {clusters: \"c/{cluster}.yaml\", layers: [\"c/{cluster}.yaml\"]}\n"
          + "components: {api: {field: api}, db: {field: db}}\nstages: [{name: prod, select: {}, \(stage)}]\n")
      var files = Dictionary(uniqueKeysWithValues: (0..<clusters).map { ("c/\($0).yaml", "api: 1.0.0\n") })
      files["c/pinned.yaml"] = "api: 1.0.0 # sluice: pin\n"
      files["c/db.yaml"] = "db: 1.0.0\n"
      return try await FleetReader(policy: policy).resolve(MemoryTree(files).snapshot).notes.map(\.description)
    }
    let waves = "maxInFlight: 5, waves: [{to: 1}, {to: 10%}, {to: 100%}]"
    #expect(
      try await notes(waves, clusters: 50) == [
        """
        policy.yaml:4:84: wave 3 of stage prod moves 45 clusters of group api, and only 5 may be in flight, \
        hint: it will move in parts; for fewer requests make maxInFlight larger or the wave smaller
        """
      ])
    #expect(try await notes(waves, clusters: 5) == [])
    #expect(try await notes(waves, clusters: 6) == [])
    #expect(try await notes(waves, clusters: 7).count == 1)
    #expect(try await notes(waves + ", apply: {run: [x]}", clusters: 50) == [])
    #expect(try await notes("maxInFlight: 5", clusters: 50) == [])
    #expect(try await notes(waves + ", for: {api: {maxInFlight: 45}}", clusters: 50) == [])
  }

  @Test func `stand beside the forge's bots and the wish only to observe`() throws {
    let policy = try Policies.read(
      Self.head + "stages: [{name: prod, select: {}}]\nforge: {kind: local, bots: [\"renovate[bot]\"]}\nobserveOnly: true\n")
    #expect(policy.forge.bots == ["renovate[bot]"])
    #expect(policy.observeOnly)
    let plain = try Policies.read(Self.head + "stages: [{name: prod, select: {}}]\nobserveOnly: false\n")
    #expect(plain.forge.bots == [] && !plain.observeOnly)
  }
}
