import Testing

@testable import Fleet

@Suite struct `A policy with a forge` {
  static func policy(_ top: String, stage: String = "soak: 1h") throws -> PolicyFile {
    try Policies.read(
      """
      name: test
      \(top)
      fleet: {clusters: "c/{cluster}.yaml", layers: ["c/{cluster}.yaml"]}
      components: {api: {field: a}}
      stages: [{name: dev, select: {}, \(stage)}]
      """)
  }

  @Test func `names the server, the project and who asks`() throws {
    let policy = try Self.policy(
      """
      repository: {url: "https://git.acme.test/acme/fleet.git", credentials: {user: bot, token: {env: GIT_TOKEN}}, ca: git.pem}
      forge:
        kind: github
        api: https://github.acme.test/api/v3
        project: acme/fleet
        credentials: {app: {id: 12, installation: 34, key: {file: app.pem}}}
        ca: acme.pem
        bots: ["renovate[bot]"]
      """)
    #expect(policy.forge.kind == .github)
    #expect(policy.forge.api == "https://github.acme.test/api/v3" && policy.forge.project == "acme/fleet")
    #expect(policy.forge.credentials == .app(id: "12", installation: 34, key: .file("app.pem")))
    #expect(policy.forge.ca == "acme.pem" && policy.forge.bots == ["renovate[bot]"])
    #expect(policy.repository.credentials == RepositoryCredentials(user: "bot", password: .environment("GIT_TOKEN")))
    #expect(policy.repository.ca == "git.pem")
    #expect(policy.secretVariables == ["GIT_TOKEN"])
  }

  @Test func `needs nothing but the repository's address and a token`() throws {
    let policy = try Self.policy(
      """
      repository: {url: "https://github.com/acme/fleet.git"}
      forge: {kind: github, credentials: {token: {env: GITHUB_TOKEN}}}
      """)
    #expect(policy.forge.credentials == .token(.environment("GITHUB_TOKEN")))
    #expect(policy.secretVariables == ["GITHUB_TOKEN"], "children never see it")
    // What the forge can do it does, unless the policy says otherwise.
    #expect(policy.stages[0].method == .forge && policy.stages[0].style == .merge)
  }

  @Test func `says how its stages land, and what their requests are given`() throws {
    let github = """
      repository: {url: "git@github.com:acme/fleet.git"}
      forge: {kind: github, credentials: {token: {file: token}}}
      """
    let squashed = try Self.policy(
      github, stage: "merge: {style: squash}, pullRequest: {labels: [promotion], reviewers: [dana, acme/platform]}")
    #expect(squashed.stages[0].style == .squash)
    #expect(squashed.stages[0].request.labels == ["promotion"])
    #expect(squashed.stages[0].request.reviewers == ["dana", "acme/platform"])
    #expect(try Self.policy(github, stage: "merge: {method: push}").stages[0].method == .push)
    #expect(try Self.policy("repository: {url: ../fleet.git}").stages[0].method == .push, "the local forge has no merge")
  }
}
