import Git
import TestSupport
import Testing

@testable import Forge

@Suite struct GitHubRulesTests {
  private func rules(
    repository: String = "{\"permissions\": {\"push\": true}, \"allow_merge_commit\": true}", rules: String = "[]",
    protection: (Int, String) = (404, "{\"message\": \"Branch not protected\"}"), headers: [String] = [],
    bypass: String = "never"
  ) async throws -> ForgeRules {
    let fixture = try GitHubFixture()
    fixture.script.on("GET ", 200, repository, headers)
    fixture.script.on("GET /rules/branches/main", 200, rules)
    fixture.script.on("GET /rulesets/1", 200, "{\"current_user_can_bypass\": \"\(bypass)\"}")
    fixture.script.on("GET /branches/main/protection", protection.0, protection.1)
    return try await fixture.forge().rules(base: "main")
  }

  private func problems(_ rules: ForgeRules) -> [String] { rules.findings.filter { $0.weight == .problem }.map(\.text) }

  @Test func `a branch without rules is fine`() async throws {
    let rules = try await rules()
    #expect(rules.styles == [.merge, .squash, .rebase])
    #expect(rules.mayPush == true)
    #expect(rules.findings == [.init(.fine, "nothing stands in the way of landing on main")])
  }

  @Test func `an archived repository, a reader's account and a token without scopes are problems`() async throws {
    let rules = try await rules(
      repository: "{\"archived\": true, \"permissions\": {\"push\": false}}", headers: ["X-OAuth-Scopes: gist, read:org"])
    #expect(rules.mayPush == false)
    #expect(
      problems(rules) == [
        "octo/fleet is archived: nothing can be written to it", "this account may not write to octo/fleet",
        "the token has only the scopes gist, read:org",
      ])
    #expect(rules.findings.allSatisfy { $0.hint != nil })
  }

  @Test func `what the repository does not allow is no style`() async throws {
    let rules = try await rules(repository: "{\"allow_merge_commit\": false, \"allow_rebase_merge\": false}")
    #expect(rules.styles == [.squash])
    #expect(rules.mayPush == nil)
    #expect(rules.findings.map(\.text) == ["merge commits are not allowed: promotions can land only by squash or push"])
  }

  private static let rulesets = """
    [{"type": "pull_request", "ruleset_id": 1, "parameters": {"required_approving_review_count": 2,
      "dismiss_stale_reviews_on_push": true, "allowed_merge_methods": ["merge", "squash"]}},
    {"type": "required_status_checks", "ruleset_id": 1, "parameters": {"strict_required_status_checks_policy": true,
      "required_status_checks": [{"context": "ci"}, {"context": "build"}]}},
    {"type": "merge_queue", "ruleset_id": 1}, {"type": "required_linear_history", "ruleset_id": 1},
    {"type": "required_signatures", "ruleset_id": 1}, {"type": "deletion", "ruleset_id": 1}]
    """

  @Test func `rulesets are told in plain words`() async throws {
    let rules = try await rules(rules: Self.rulesets)
    #expect(rules.styles == [.squash])
    #expect(rules.mayPush == false)
    let texts = rules.findings.map(\.text)
    #expect(texts.contains("main requires 2 approvals, whatever the policy asks for"))
    #expect(texts.contains("main requires the checks build, ci: promotions wait until they succeed"))
    #expect(texts.contains { $0.hasPrefix("branches must be up to date with main before merging") })
    #expect(texts.contains("method push is refused: changes to main must come through pull requests"))
    #expect(texts.contains("commits on main must be signed"))
    #expect(
      problems(rules) == [
        "main has a merge queue, which is not supported",
        "main must have a linear history: merge commits, and method push, are refused",
      ])
  }

  @Test func `rules that this account bypasses do not bind it`() async throws {
    let rules = try await rules(rules: Self.rulesets, bypass: "always")
    #expect(rules.mayPush == true)
    #expect(rules.findings.map(\.weight) == [.fine])
  }

  @Test func `classic protection is told as rulesets are`() async throws {
    let rules = try await rules(
      protection: (
        200,
        """
        {"required_status_checks": {"strict": false, "contexts": ["ci"]},
        "required_pull_request_reviews": {"required_approving_review_count": 1, "require_code_owner_reviews": true},
        "restrictions": {"users": [{"login": "ada"}], "teams": [], "apps": [{"slug": "sluice"}]},
        "required_linear_history": {"enabled": false}, "required_signatures": {"enabled": true}}
        """
      ))
    let texts = rules.findings.map(\.text)
    #expect(texts.contains("main requires 1 approval, whatever the policy asks for"))
    #expect(texts.contains("main requires a review by code owners: promotions wait for them"))
    #expect(texts.contains("main requires the checks ci: promotions wait until they succeed"))
    #expect(texts.contains("only ada, sluice may push to main"))
    #expect(rules.mayPush == false)
    #expect(problems(rules).isEmpty)
  }

  @Test func `protection that may not be read leaves it open whether pushing works`() async throws {
    let rules = try await rules(protection: (403, "{\"message\": \"Resource not accessible by integration\"}"))
    #expect(rules.mayPush == nil)
    #expect(rules.findings.map(\.weight) == [.warning])
    #expect(rules.findings.first?.hint?.contains("Administration: read") == true)
  }
}
