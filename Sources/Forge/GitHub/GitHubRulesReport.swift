import Host

/// What was found of the rules, put into plain words.
struct RulesReport {
  let host: String
  let project: String
  let base: String
  private var styles: Set<MergeOrder.Style> = [.merge, .squash, .rebase]
  private var mayPush: Bool?
  private var isPushBarred = false
  private var findings: [ForgeRules.Finding] = []

  init(host: String, project: String, base: String) {
    self.host = host
    self.project = project
    self.base = base
  }

  var rules: ForgeRules {
    var findings = findings
    if styles.isEmpty {
      findings.append(
        .init(.problem, "no way of merging is allowed on \(base)", hint: "allow merge commits in the repository's settings"))
    }
    if findings.isEmpty { findings = [.init(.fine, "nothing stands in the way of landing on \(base)")] }
    return ForgeRules(styles: styles, mayPush: isPushBarred ? false : mayPush, findings: findings)
  }

  mutating func add(_ weight: ForgeRules.Finding.Weight, _ text: String, hint: String? = nil) {
    let finding = ForgeRules.Finding(weight, text, hint: hint)
    if !findings.contains(finding) { findings.append(finding) }
  }

  mutating func mayPushUnknown() { if mayPush == true { mayPush = nil } }

  mutating func read(repository: JSONValue) {
    if repository["archived"]?.bool == true {
      add(
        .problem, "\(project) is archived: nothing can be written to it",
        hint: "unarchive it, or point the policy at its successor")
    }
    if let push = repository["permissions"]?["push"]?.bool {
      mayPush = push
      if !push {
        add(
          .problem, "this account may not write to \(project)",
          hint: "give it write access (an app or token: Contents and Pull requests, write)")
      }
    }
    for (key, style) in [
      ("allow_merge_commit", MergeOrder.Style.merge), ("allow_squash_merge", .squash), ("allow_rebase_merge", .rebase),
    ] where repository[key]?.bool == false { styles.remove(style) }
    if repository["allow_merge_commit"]?.bool == false {
      let others = (styles.map(\.rawValue).sorted() + ["push"]).joined(separator: " or ")
      add(
        .warning, "merge commits are not allowed: promotions can land only by \(others)",
        hint: "allow merge commits, or say the style in the policy")
    }
    if repository["delete_branch_on_merge"]?.bool == true {
      add(.fine, "\(host) removes branches that it has merged; Sluice does so too")
    }
  }

  mutating func read(scopes: String) {
    let scopes = scopes.split(separator: ",").map { $0.filter { $0 != " " } }
    guard !scopes.isEmpty, !scopes.contains("repo"), !scopes.contains("public_repo") else { return }
    add(.problem, "the token has only the scopes \(scopes.joined(separator: ", "))", hint: "give it the scope repo")
  }

  /// One rule of a ruleset.
  mutating func read(rule: JSONValue, isBypassed: Bool) {
    if isBypassed { return }
    let parameters = rule["parameters"]
    switch rule["type"]?.string {
    case "pull_request"?:
      reviews(parameters?["required_approving_review_count"]?.integer ?? 0)
      if parameters?["dismiss_stale_reviews_on_push"]?.bool == true { staleReviews() }
      if parameters?["require_code_owner_review"]?.bool == true { codeOwners() }
      if let allowed = parameters?["allowed_merge_methods"]?.strings {
        styles.formIntersection(allowed.compactMap { MergeOrder.Style(rawValue: $0) })
      }
      barPush("changes to \(base) must come through pull requests")
    case "required_status_checks"?:
      checks(
        (parameters?["required_status_checks"]?.array ?? []).compactMap { $0["context"]?.string },
        isStrict: parameters?["strict_required_status_checks_policy"]?.bool == true)
    case "merge_queue"?: mergeQueue()
    case "required_linear_history"?: linearHistory()
    case "required_signatures"?: signatures()
    case "update"?: barPush("only those who bypass the rule may update \(base)")
    case "required_deployments"?:
      add(.warning, "\(base) requires deployments before merging: promotions wait for them")
    case "workflows"?, "code_scanning"?, "code_quality"?:
      add(.warning, "\(base) requires workflows or scans to succeed before merging: promotions wait for them")
    default: break
    }
  }

  /// Classic protection of the branch.
  mutating func read(protection: JSONValue) {
    if let checks = protection["required_status_checks"], !checks.isNull {
      let names = checks["checks"]?.array?.compactMap { $0["context"]?.string } ?? checks["contexts"]?.strings ?? []
      self.checks(names, isStrict: checks["strict"]?.bool == true)
    }
    if let reviews = protection["required_pull_request_reviews"], !reviews.isNull {
      self.reviews(reviews["required_approving_review_count"]?.integer ?? 0)
      if reviews["dismiss_stale_reviews"]?.bool == true { staleReviews() }
      if reviews["require_code_owner_reviews"]?.bool == true { codeOwners() }
      barPush("changes to \(base) must come through pull requests")
    }
    if let people = protection["restrictions"], !people.isNull {
      let names =
        (people["users"]?.array ?? []).compactMap { $0["login"]?.string }
        + (people["teams"]?.array ?? []).compactMap { $0["slug"]?.string }
        + (people["apps"]?.array ?? []).compactMap { $0["slug"]?.string }
      add(
        .warning, "only \(names.isEmpty ? "nobody" : names.sorted().joined(separator: ", ")) may push to \(base)",
        hint: "Sluice's account must be among them, for either way of landing")
      mayPushUnknown()
    }
    if protection["required_linear_history"]?["enabled"]?.bool == true { linearHistory() }
    if protection["required_signatures"]?["enabled"]?.bool == true { signatures() }
    if protection["lock_branch"]?["enabled"]?.bool == true {
      add(.problem, "\(base) is locked: nothing can land on it", hint: "unlock it")
      isPushBarred = true
    }
  }

  // MARK: Words

  private mutating func reviews(_ count: Int) {
    guard count > 0 else { return }
    add(
      .warning, "\(base) requires \(count) approval\(count == 1 ? "" : "s"), whatever the policy asks for",
      hint: "ask for at least as many in the policy, or let Sluice's account bypass the rule")
  }

  private mutating func staleReviews() {
    add(.fine, "approvals of earlier commits are dismissed, as Sluice itself counts them")
  }

  private mutating func codeOwners() {
    add(.warning, "\(base) requires a review by code owners: promotions wait for them")
  }

  private mutating func checks(_ names: [String], isStrict: Bool) {
    if !names.isEmpty {
      add(
        .warning,
        "\(base) requires the checks \(names.sorted().joined(separator: ", ")): promotions wait until they succeed",
        hint: "a check that never runs on Sluice's branches keeps them waiting for ever")
    }
    if isStrict {
      add(
        .warning,
        "branches must be up to date with \(base) before merging: each landing makes all others wait for their checks again",
        hint: "switch it off: Sluice tests on the newest \(base) itself")
    }
  }

  private mutating func mergeQueue() {
    add(
      .problem, "\(base) has a merge queue, which is not supported",
      hint: "let Sluice's account bypass the queue, or switch it off")
  }

  private mutating func linearHistory() {
    styles.remove(.merge)
    add(
      .problem, "\(base) must have a linear history: merge commits, and method push, are refused",
      hint: "land by squash, or let Sluice's account bypass the rule")
    isPushBarred = true
  }

  private mutating func signatures() {
    add(.warning, "commits on \(base) must be signed", hint: "method forge: GitHub signs; method push: set repository.sign")
  }

  private mutating func barPush(_ why: String) {
    isPushBarred = true
    add(.warning, "method push is refused: \(why)", hint: "method forge, or let Sluice's account bypass the rule")
  }
}
