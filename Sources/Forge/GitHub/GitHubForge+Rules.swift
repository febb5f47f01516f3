import Git
import HTTP
import Host

extension GitHubForge {
  package func rules(base: String) async throws(ForgeError) -> ForgeRules {
    let answer = try await client.ask(.get(repositoryPath, verb: "show \(client.settings.project)"))
    let repository = try answer.value()
    var report = RulesReport(host: client.settings.host, project: client.settings.project, base: base)
    report.read(repository: repository)
    if let scopes = answer.head.headers["x-oauth-scopes"] { report.read(scopes: scopes) }
    try await readRulesets(base, into: &report)
    try await readProtection(base, into: &report)
    return report.rules
  }

  /// Rulesets, which everybody who reads may see.
  private func readRulesets(_ base: String, into report: inout RulesReport) async throws(ForgeError) {
    var rules: [JSONValue] = []
    var problem: String?
    try await client.pages(
      .get(
        "\(repositoryPath)/rules/branches/\(GitHubCall.encoded(base))", ["per_page": "100"], verb: "show the rules of \(base)"),
      allowing: [403, 404]
    ) { (answer) throws(ForgeError) in
      guard answer.isSuccess else {
        // Servers before 3.11 have none.
        problem = answer.status == 403 ? answer.refusal.words : nil
        return false
      }
      rules += try answer.value().array ?? []
      return true
    }
    if let problem {
      report.add(.warning, "the rulesets of \(base) can't be read: \(problem)", hint: "give the token Metadata: read")
    }
    var bypassed: Set<Int> = []
    for number in Set(rules.compactMap { $0["ruleset_id"]?.integer }).sorted() {
      let answer = try await client.ask(.get("\(repositoryPath)/rulesets/\(number)", verb: "show ruleset \(number)"))
      if answer.isSuccess, try answer.value()["current_user_can_bypass"]?.string == "always" { bypassed.insert(number) }
    }
    for rule in rules { report.read(rule: rule, isBypassed: rule["ruleset_id"]?.integer.map { bypassed.contains($0) } ?? false) }
  }

  /// Classic branch protection, which only administrators may see.
  private func readProtection(_ base: String, into report: inout RulesReport) async throws(ForgeError) {
    let answer = try await client.ask(
      .get("\(repositoryPath)/branches/\(GitHubCall.encoded(base))/protection", verb: "show the protection of \(base)"))
    switch answer.status {
    case 200: report.read(protection: try answer.value())
    case 404:
      if answer.refusal.says("branch not found") {
        report.add(.problem, "there is no branch \(base)", hint: "check the policy's base branch")
      }
    case 403:
      report.mayPushUnknown()
      report.add(
        .warning,
        "the protection of \(base) can't be read by this account: more may be required than is told here",
        hint: "give it Administration: read, or look under Settings, Branches")
    default: throw answer.error
    }
  }
}
