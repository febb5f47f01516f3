import Fleet
import Promotion
import TestSupport
import Testing

@Suite struct `A fleet that is wrong` {
  private static let components = "components: {kubernetes: {field: versions.kubernetes}}\n"
  private static let dev = "stages: [{name: dev, select: {tier: dev}}]\n"
  private static let layered =
    "fleet: {clusters: \"c/{cluster}.yaml\", layers: [defaults.yaml, \"tiers/{tier}.yaml\", \"c/{cluster}.yaml\"]}\n"
  private static let good = [
    "defaults.yaml": "versions: {kubernetes: 1.30.0}\n", "tiers/dev.yaml": "a: 1\n", "tiers/prod.yaml": "a: 2\n",
    "c/one.yaml": "tier: dev\n", "c/two.yaml": "tier: prod\n",
  ]

  private struct Case {
    let title: String
    var fleet = layered
    var components = Self.standard
    var stages = dev
    var files: [String: String] = [:]
    static let standard = `A fleet that is wrong`.components
  }

  private static let cases: [Case] = [
    Case(title: "a layer file is missing", files: ["c/two.yaml": "name: two\ntier: prdo\n"]),
    Case(title: "a placeholder has no value", files: ["c/two.yaml": "teir: prod\n"]),
    Case(title: "a placeholder's value leaves its folder", files: ["c/two.yaml": "tier: ../dev\n"]),
    Case(title: "a placeholder's value is a mapping", files: ["c/two.yaml": "tier: {a: b}\n"]),
    Case(
      title: "placeholders are cyclic",
      fleet: "fleet: {clusters: [one], layers: [\"tiers/{tier}.yaml\", \"{account}/{cluster}.yaml\"]}\n"),
    Case(title: "no file names a cluster", fleet: "fleet: {clusters: \"clusters/{cluster}.yaml\", layers: [defaults.yaml]}\n"),
    Case(
      title: "a cluster is named by two files",
      fleet: "fleet: {clusters: \"{folder}/{cluster}.yaml\", layers: [defaults.yaml, \"{folder}/{cluster}.yaml\"]}\n",
      files: ["tiers/one.yaml": "tier: dev\n"]),
    Case(title: "a cluster file is a list", files: ["c/two.yaml": "- tier: prod\n"]),
    Case(title: "a cluster file is a scalar", files: ["c/two.yaml": "prod\n"]),
    Case(title: "a cluster file has two documents", files: ["c/two.yaml": "tier: prod\n---\ntier: dev\n"]),
    Case(title: "a cluster file is no YAML", files: ["c/two.yaml": "tier: prod\nb: [\n"]),
    Case(
      title: "a key on the path stands twice", files: ["c/two.yaml": "tier: prod\nversions: {kubernetes: 1, kubernetes: 2}\n"]),
    Case(title: "the field is a mapping", files: ["c/two.yaml": "tier: prod\nversions: {kubernetes: {version: 1.30.0}}\n"]),
    Case(title: "the version has a space", files: ["c/two.yaml": "tier: prod\nversions: {kubernetes: \"1.30.0 rc1\"}\n"]),
    Case(
      title: "a value matches twice", components: "components: {api: {field: images, value: \"api:{version}\"}}\n",
      files: ["c/two.yaml": "tier: prod\nimages: api:1.0.0 and api:1.0.1\n"]),
    Case(
      title: "a field in two documents", components: "components: {api: {file: \"apps/{cluster}.yaml\", field: tag}}\n",
      files: ["apps/one.yaml": "tag: a\n---\ntag: b\n"]),
    Case(
      title: "two elements match",
      components: "components: {api: {file: \"apps/{cluster}.yaml\", field: \"images.[name=a].tag\"}}\n",
      files: ["apps/one.yaml": "images:\n  - {name: a, tag: b}\n  - {name: a, tag: c}\n"]),
    Case(
      title: "a stage is empty", stages: "stages: [{name: dev, select: {tier: dev}}, {name: stage, select: {tier: staging}}]\n"),
    Case(title: "a cluster is in two stages", stages: "stages: [{name: dev, select: {tier: dev}}, {name: all, select: {}}]\n"),
    Case(title: "a stage names an unknown cluster", stages: "stages: [{name: dev, select: {cluster: [one, tow]}}]\n"),
  ]

  @Test func `is told with every place and what to do`() async throws {
    var text = ""
    for wrong in Self.cases {
      text += "== \(wrong.title)\n"
      let policy = try Policies.read(Policies.head + wrong.fleet + wrong.components + wrong.stages)
      do {
        _ = try await FleetReader(policy: policy).resolve(MemoryTree(Self.good.merging(wrong.files) { $1 }).snapshot)
        text += "(resolved)\n"
      } catch {
        text += "\(error)\n"
      }
    }
    let difference = Golden.difference(text, "fleet-errors.txt")
    #expect(difference == nil, "\(difference ?? "")")
    #expect(!text.contains("(resolved)"))
  }

  @Test func `keeps the error of the repository as it is`() async throws {
    struct Gone: Error {}
    let policy = try Policies.read(Policies.head + Self.layered + Self.components + Self.dev)
    let snapshot = Snapshot(files: try await MemoryTree(Self.good).snapshot.files()) { _ in throw Gone() }
    await #expect {
      _ = try await FleetReader(policy: policy).resolve(snapshot)
    } throws: { error in
      if case FleetError.unreadable(let inner) = error { inner is Gone } else { false }
    }
  }

  @Test func `is none where a component is absent everywhere, which is told as a note`() async throws {
    let policy = try Policies.read(
      Policies.head + Self.layered + "components: {a: {field: no.where}, kubernetes: {field: versions.kubernetes}}\n" + Self.dev)
    let fleet = try await FleetReader(policy: policy).resolve(MemoryTree(Self.good).snapshot)
    #expect(fleet.notes.map(\.description) == ["policy.yaml:4:25: component a is in no cluster, hint: check its field"])
    #expect(fleet.cluster("one")?.stages == ["kubernetes": "dev"])
    #expect(fleet.cluster("two")?.stages == [:])
    #expect(fleet.cluster("one")?.desired == ["kubernetes": Version("1.30.0")])
  }
}
