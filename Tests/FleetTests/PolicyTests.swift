import Promotion
import TestSupport
import Testing

@testable import Fleet

@Suite struct `A policy file` {
  static let whole = """
    name: clusters
    repository:
      url: ssh://git@example.test/acme/clusters.git
      branch: main
      author: {name: bot, email: bot@acme.example}
      sign: {ssh: {env: SIGNING_KEY}}
      ledger: {branch: the-ledger}
    forge: {kind: local}
    fleet:
      clusters: clusters/{region}/{cluster}.yaml
      layers: [defaults.yaml, "accounts/{account}.yaml?", "clusters/{region}/{cluster}.yaml"]
    components:
      kubernetes:
        field: versions.kubernetes
        allow: ">=1.30 <1.33"
        step: minor
        goesBack: patch
        requires: {automation: ">= {minor}"}
        minimumAge: 7d
        upstream: {gitTags: {url: ../kubernetes.git, tag: "v{version}"}}
      automation: {field: versions.automation, upstream: {list: [1.30.1, 1.31.0]}}
      api: {file: "apps/{cluster}/api", field: "images.[name=api].newTag", order: seen, value: "api:{version}"}
    groups: {platform: [kubernetes, automation]}
    connect: {run: [../scripts/observe, "{cluster}"], parallel: 8, timeout: 500ms}
    stages:
      - {name: dev, select: {tier: dev}, soak: 2h, merge: {approvals: 0}, apply: {run: [upgrade], timeout: 1h, on: [version, config]}}
      - {name: prod, after: [dev], select: {cluster: [a, b]}, atLeast: 50%, maxUnhealthy: 2, maxInFlight: 5, follow: latest}
    maxGap: 30m
    """

  @Test func `is read with everything in it`() throws {
    let policy = try Policies.read(Self.whole)
    #expect(policy.name == "clusters")
    #expect(policy.repository.ledgerReference == "refs/heads/the-ledger")
    #expect(policy.repository.signing == .ssh(.environment("SIGNING_KEY")))
    #expect(policy.secretVariables == ["SIGNING_KEY"])
    #expect(policy.promotion.groups.map(\.name) == ["platform", "api"])
    #expect(policy.promotion.groups[0].components == ["kubernetes", "automation"])
    let kubernetes = try #require(policy.promotion.component("kubernetes"))
    #expect(kubernetes.step == .minor)
    #expect(kubernetes.goesBack == .patch)
    #expect(kubernetes.minimumAge == .seconds(7 * 86400))
    #expect(kubernetes.requires == [Requirement(component: "automation", range: ">= {minor}")])
    #expect(policy.component("kubernetes")?.upstream == .gitTags(url: "../kubernetes.git", tag: "v{version}"))
    #expect(policy.component("automation")?.upstream == .list(["1.30.1", "1.31.0"]))
    #expect(policy.promotion.component("api")?.hasUpstream == false)
    #expect(policy.promotion.component("api")?.order == .seen)
    #expect(
      policy.connect?.way == .command(["../scripts/observe", "{cluster}"]) && policy.connect?.parallel == 8
        && policy.connect?.timeout == .milliseconds(500))
    let prod = try #require(policy.promotion.stage("prod"))
    #expect(prod.after == ["dev"])
    #expect(prod.atLeast == .percent(50))
    #expect(prod.maxUnhealthy == .count(2))
    #expect(prod.maxInFlight == 5)
    #expect(prod.follow == .latest)
    #expect(prod.applies == false)
    #expect(policy.promotion.stage("dev")?.applies == true)
    #expect(policy.stage("dev")?.apply?.on == [.version, .config])
    #expect(policy.promotion.maxGap == .seconds(1800))
  }

  @Test func `has the defaults of the design`() throws {
    let policy = try Policies.read(
      """
      repository: {url: /srv/config.git}
      fleet: {clusters: "c/{cluster}.yaml", layers: ["c/{cluster}.yaml"]}
      components: {app: {field: version}}
      stages: [{name: dev, select: {}}]
      """)
    #expect(policy.name == "policy")
    #expect(policy.repository.branch == nil)
    #expect(policy.repository.authorName == "sluice")
    #expect(policy.repository.authorEmail == "sluice@localhost")
    #expect(policy.repository.ledgerReference == "refs/heads/sluice-ledger")
    #expect(policy.forge.kind == .local)
    #expect(policy.promotion.components == [Component(name: "app", hasUpstream: false)])
    #expect(policy.promotion.groups == [Group(name: "app", components: ["app"])])
    #expect(policy.promotion.stages == [Stage(name: "dev")])
    #expect(policy.promotion.maxGap == .seconds(3600))
    #expect(policy.stage("dev")?.method == .push)
    #expect(policy.connect == nil)
  }

  @Test func `with errors tells every one, with its place and what to write`() {
    var text = ""
    for (title, policy) in WrongPolicies.all {
      text += "== \(title)\n"
      do {
        _ = try Policies.read(policy)
        text += "(read)\n"
      } catch {
        text += "\(error)\n"
      }
    }
    let difference = Golden.difference(text, "policy-errors.txt")
    #expect(difference == nil, "\(difference ?? "")")
    #expect(!text.contains("(read)"))
  }

  @Test(
    arguments: [
      ("1s", Duration.seconds(1)), ("90m", .seconds(5400)), ("20ms", .milliseconds(20)), ("2h", .seconds(7200)),
      ("7d", .seconds(604_800)),
      ("0s", .zero), ("90", nil), ("1h30m", nil), ("-1s", nil), ("", nil), ("s", nil), ("1 s", nil), ("1.5h", nil),
      ("9999999999s", nil),
      ("1w", nil),
    ] as [(String, Duration?)])
  func `writes lengths of time in one form`(text: String, length: Duration?) {
    #expect(PolicyText.duration(text) == length)
  }

  @Test(
    arguments: [
      ("50%", Share.percent(50)), ("0.5%", .percent(0.5)), ("100%", .percent(100)), ("3", .count(3)), ("101%", nil), ("-1", nil),
      ("%", nil),
      ("1e1%", nil), ("half", nil), ("inf%", nil),
    ] as [(String, Share?)])
  func `writes shares in two forms`(text: String, share: Share?) {
    #expect(PolicyText.share(text) == share)
  }

  @Test(arguments: [
    ("a", true), ("kube-1.31", true), ("0", true), ("", false), ("-a", false), ("A", false), ("a..b", false), ("a.", false),
    ("a.lock", false), ("a/b", false), ("ä", false), (String(repeating: "a", count: 63), true),
    (String(repeating: "a", count: 64), false),
  ])
  func `has names that are safe in branches and files`(text: String, isName: Bool) {
    #expect(PolicyText.isName(text) == isName)
  }
}
