import Foundation

extension FakeGitHub {
  func routeGit(_ request: IncomingRequest, _ path: [String], _ caller: Caller) throws -> Answer {
    let name = "refs/" + path.dropFirst().joined(separator: "/")
    switch (request.method, path[0]) {
    case ("GET", "ref"):
      try require("contents", .read, caller)
      guard let id = bare.refs.read(name) else { return .notFound }
      return Answer(try reference(name, id))
    case ("GET", "matching-refs"):
      try require("contents", .read, caller)
      return try page(bare.refs.list(name).map { try reference($0.name, $0.id) }, request)
    case ("DELETE", "refs"): return try deleteReference(name, caller)
    case ("POST", "refs"): return try createReference(request, caller)
    case ("GET", "commits") where path.count == 2:
      guard let commit = try bare.commit(path[1]) else { return .notFound }
      return Answer(try gitCommit(commit))
    default: return .notFound
    }
  }

  private func reference(_ name: String, _ id: String) throws -> JSON {
    let kind = try bare.object(id)?.kind ?? "commit"
    return [
      "ref": .string(name), "node_id": .string("REF_" + Self.hash(name, 20)), "url": "\(repositoryURL)/git/\(name)",
      "object": ["sha": .string(id), "type": .string(kind), "url": "\(repositoryURL)/git/\(kind)s/\(id)"],
    ]
  }

  private func gitCommit(_ commit: Bare.Commit) throws -> JSON {
    let url = "\(repositoryURL)/git/commits/\(commit.id)"
    func person(_ signature: Bare.Signature) -> JSON {
      ["name": .string(signature.name), "email": .string(signature.email), "date": .string(Times.iso(signature.seconds))]
    }
    return [
      "sha": .string(commit.id), "node_id": .string("C_" + Self.hash(commit.id, 20)), "url": .string(url),
      "html_url": "\(origin)/\(name)/commit/\(commit.id)", "author": person(commit.author), "committer": person(commit.committer),
      "message": .string(commit.message),
      "tree": ["sha": .string(commit.tree), "url": "\(repositoryURL)/git/trees/\(commit.tree)"],
      "parents": .array(
        commit.parents.map {
          [
            "sha": .string($0), "url": "\(repositoryURL)/git/commits/\($0)", "html_url": "\(origin)/\(name)/commit/\($0)",
          ]
        }),
      "verification": [
        "verified": .bool(commit.isSigned), "reason": commit.isSigned ? "valid" : "unsigned", "signature": nil, "payload": nil,
        "verified_at": nil,
      ],
    ]
  }

  private func deleteReference(_ name: String, _ caller: Caller) throws -> Answer {
    try require("contents", .write, caller)
    guard let old = bare.refs.read(name) else { return .failure(422, "Reference does not exist") }
    guard name.hasPrefix("refs/heads/") else {
      return try bare.move([(name, old, nil)]) ? .nothing : .failure(422, "Reference does not exist")
    }
    let branch = String(name.dropFirst(11))
    if let account = caller.account, protections[branch]?.binds(account) ?? false {
      return .failure(422, "Cannot delete protected branch")
    }
    if branch == "main" { return .failure(422, "Cannot delete default branch") }
    guard try move([Move(branch: branch, old: old, new: nil)], by: caller.login ?? "") else {
      return .failure(422, "Reference does not exist")
    }
    return .nothing
  }

  private func createReference(_ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try require("contents", .write, caller)
    let asked = try fields(request)
    guard let name = asked["ref"].string, name.hasPrefix("refs/"), name.split(separator: "/").count >= 3 else {
      return .failure(422, "Reference name must start with 'refs/' and contain at least two slashes.")
    }
    guard let id = asked["sha"].string, try bare.commit(id) != nil else { return .failure(422, "Object does not exist") }
    guard bare.refs.read(name) == nil else { return .failure(422, "Reference already exists") }
    let isMade =
      name.hasPrefix("refs/heads/")
      ? try move([Move(branch: String(name.dropFirst(11)), old: nil, new: id)], by: caller.login ?? "")
      : try bare.move([(name, nil, id)])
    return isMade ? Answer(try reference(name, id), status: 201) : .failure(422, "Reference already exists")
  }

  // MARK: Branches and what they ask

  func routeBranches(_ request: IncomingRequest, _ path: [String], _ caller: Caller) throws -> Answer {
    try require("contents", .read, caller)
    guard !path.isEmpty else {
      let all = bare.refs.list("refs/heads/")
      return page(all.count, request) { range in
        .array(
          all[range].map { ref in
            let name = String(ref.name.dropFirst(11))
            return [
              "name": .string(name), "commit": ["sha": .string(ref.id), "url": "\(repositoryURL)/commits/\(ref.id)"],
              "protected": .bool(protections[name] != nil),
            ]
          })
      }
    }
    if path.last == "protection" { return try protection(path.dropLast().joined(separator: "/"), caller) }
    let branch = path.joined(separator: "/")
    guard let id = bare.branch(branch), let commit = try bare.commit(id) else { return .failure(404, "Branch not found") }
    let url = "\(repositoryURL)/branches/\(branch)"
    let protection = protections[branch]
    return Answer([
      "name": .string(branch), "commit": try self.commit(commit),
      "_links": ["self": .string(url), "html": "\(origin)/\(name)/tree/\(branch)"], "protected": .bool(protection != nil),
      "protection": [
        "enabled": .bool(protection?.kind == .classic),
        "required_status_checks": [
          "enforcement_level": protection?.checks.isEmpty ?? true ? "off" : "everyone",
          "contexts": .array((protection?.checks ?? []).map { .string($0.context) }),
          "checks": .array((protection?.checks ?? []).map { ["context": .string($0.context), "app_id": JSON($0.app)] }),
        ],
      ],
      "protection_url": "\(url)/protection",
    ])
  }

  private func protection(_ branch: String, _ caller: Caller) throws -> Answer {
    try require("administration", .admin, caller)
    guard bare.branch(branch) != nil else { return .failure(404, "Branch not found") }
    guard let protection = protections[branch], protection.kind == .classic else { return .failure(404, "Branch not protected") }
    let url = "\(repositoryURL)/branches/\(branch)/protection"
    func flag(_ value: Bool) -> JSON { ["enabled": .bool(value)] }
    var answer: JSON = [
      "url": .string(url),
      "required_signatures": ["url": "\(url)/required_signatures", "enabled": .bool(protection.needsSignatures)],
      "enforce_admins": ["url": "\(url)/enforce_admins", "enabled": .bool(protection.bindsAdministrators)],
      "required_linear_history": flag(protection.isLinear), "allow_force_pushes": flag(false), "allow_deletions": flag(false),
      "block_creations": flag(false), "required_conversation_resolution": flag(false), "lock_branch": flag(false),
      "allow_fork_syncing": flag(false),
    ]
    if !protection.checks.isEmpty {
      answer = answer.with([
        "required_status_checks": [
          "url": "\(url)/required_status_checks", "strict": .bool(protection.isStrict),
          "contexts": .array(protection.checks.map { .string($0.context) }),
          "contexts_url": "\(url)/required_status_checks/contexts",
          "checks": .array(protection.checks.map { ["context": .string($0.context), "app_id": JSON($0.app)] }),
        ]
      ])
    }
    if let approvals = protection.approvals {
      answer = answer.with([
        "required_pull_request_reviews": [
          "url": "\(url)/required_pull_request_reviews", "dismiss_stale_reviews": .bool(protection.dismissesStale),
          "require_code_owner_reviews": false, "required_approving_review_count": .int(approvals),
          "require_last_push_approval": false,
        ]
      ])
    }
    if let pushers = protection.pushers {
      answer = answer.with([
        "restrictions": [
          "url": "\(url)/restrictions", "users_url": "\(url)/restrictions/users", "teams_url": "\(url)/restrictions/teams",
          "apps_url": "\(url)/restrictions/apps",
          "users": .array(pushers.filter { accounts[$0].map { !$0.isBot } ?? false }.map { user($0) }), "teams": [],
          "apps": .array(pushers.contains(app?.login ?? "") ? [appShape(app?.id ?? 0)] : []),
        ]
      ])
    }
    return Answer(answer)
  }

  /// What rulesets ask; those who bypass are not named.
  func rules(_ branch: String) -> Answer {
    guard let protection = protections[branch], protection.kind == .ruleset else { return Answer([]) }
    var rules: [JSON] = []
    func add(_ type: String, _ parameters: JSON? = nil) {
      var rule: JSON = [
        "type": .string(type), "ruleset_source_type": "Repository", "ruleset_source": .string(name), "ruleset_id": 1,
      ]
      if let parameters { rule = rule.with(["parameters": parameters]) }
      rules.append(rule)
    }
    if protection.pushers != nil { add("update", ["update_allows_fetch_and_merge": false]) }
    if protection.isLinear { add("required_linear_history") }
    if protection.needsSignatures { add("required_signatures") }
    if let approvals = protection.approvals {
      add(
        "pull_request",
        [
          "required_approving_review_count": .int(approvals), "dismiss_stale_reviews_on_push": .bool(protection.dismissesStale),
          "require_code_owner_review": false, "require_last_push_approval": false, "required_review_thread_resolution": false,
          "allowed_merge_methods": ["merge", "squash", "rebase"],
        ])
    }
    if !protection.checks.isEmpty {
      let checks = protection.checks.map { check -> JSON in
        let context: JSON = ["context": .string(check.context)]
        return check.app.map { context.with(["integration_id": .int($0)]) } ?? context
      }
      add(
        "required_status_checks",
        [
          "strict_required_status_checks_policy": .bool(protection.isStrict), "do_not_enforce_on_create": false,
          "required_status_checks": .array(checks),
        ])
    }
    if protection.hasMergeQueue {
      add(
        "merge_queue",
        [
          "check_response_timeout_minutes": 60, "grouping_strategy": "ALLGREEN", "max_entries_to_build": 5,
          "max_entries_to_merge": 5,
          "merge_method": "MERGE", "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 5,
        ])
    }
    return Answer(.array(rules))
  }
}
