import Foundation

/// Whether a request can be merged, and what stands in its way.
extension FakeGitHub {
  /// `mergeable` and `mergeable_state`. GitHub computes when it is asked, and knows later.
  func mergeability(_ number: Int, _ caller: Caller) throws -> (Bool?, String) {
    guard let pull = pulls[number], pull.isOpen, let base = bare.branch(pull.base) else { return (nil, "unknown") }
    let key = pull.head + base
    if pull.computedFor != key {
      pulls[number]?.computedFor = key
      pulls[number]?.asksLeft = behaviour.mergeableAfter
    }
    if let left = pulls[number]?.asksLeft, left > 0 {
      pulls[number]?.asksLeft = left - 1
      return (nil, "unknown")
    }
    guard let tree = try bare.mergedTree(base, pull.head) else { return (false, "dirty") }
    if pulls[number]?.mergeCommit == nil || pull.testedFor != key {
      let committer = Self.webFlow
      let test = try bare.write(
        tree, parents: [base, pull.head], author: committer, committer: committer, message: "Merge \(pull.head) into \(base)")
      pulls[number]?.mergeCommit = test
      pulls[number]?.testedFor = key
    }
    return (true, try state(pull, base: base, caller))
  }

  private func state(_ pull: FakePull, base: String, _ caller: Caller) throws -> String {
    if pull.isDraft { return "draft" }
    if let protection = protections[pull.base] {
      if protection.isStrict, !protection.checks.isEmpty, try !bare.isAncestor(base, of: pull.head) { return "behind" }
      if !obstacles(to: pull, protection).isEmpty { return "blocked" }
    }
    let latest = latestStatuses(of: pull.head)
    let runs = latestRuns(of: pull.head)
    let isUnstable = latest.contains { $0.state != "success" } || runs.contains { !Self.isGood($0) }
    return isUnstable ? "unstable" : "clean"
  }

  static func isGood(_ run: FakeCheckRun) -> Bool { ["success", "neutral", "skipped"].contains(run.conclusion ?? "") }

  /// The newest of each context, by context; contexts are the same in lower and upper case.
  func latestStatuses(of commit: String) -> [FakeStatus] {
    var latest: [String: FakeStatus] = [:]
    for status in statuses[commit] ?? [] { latest[status.context.lowercased()] = status }
    return latest.values.sorted { $0.id > $1.id }
  }

  func latestRuns(of commit: String) -> [FakeCheckRun] {
    var latest: [String: FakeCheckRun] = [:]
    for run in checkRuns[commit] ?? [] { latest["\(run.app) \(run.name)"] = run }
    return latest.values.sorted { $0.id > $1.id }
  }

  // MARK: Protection

  /// What a protection misses, in GitHub's words.
  func obstacles(to pull: FakePull, _ protection: Protection) -> [String] {
    reviewObstacles(pull, protection) + checkObstacles(pull.head, protection)
  }

  private func reviewObstacles(_ pull: FakePull, _ protection: Protection) -> [String] {
    guard let wanted = protection.approvals else { return [] }
    var latest: [String: FakePull.Review] = [:]
    for review in pull.reviews where review.by != pull.author && review.state != .commented && review.state != .pending {
      latest[review.by] = review
    }
    let counted = latest.values.filter { accounts[$0.by].map { $0.permission >= .write } ?? false }
    if counted.contains(where: { $0.state == .changesRequested }) {
      return ["Changes have been requested by a reviewer with write access."]
    }
    guard counted.filter({ $0.state == .approved }).count < wanted else { return [] }
    return [
      "At least \(wanted) approving review\(wanted == 1 ? " is" : "s are") required by reviewers with write access."
    ]
  }

  func checkObstacles(_ commit: String, _ protection: Protection) -> [String] {
    var missing: [String: [String]] = [:]
    for check in protection.checks {
      if let verb = lack(of: check, on: commit) { missing[verb, default: []].append(check.context) }
    }
    let total = protection.checks.count
    return missing.sorted { $0.key < $1.key }.map { verb, contexts in
      contexts.count == 1
        ? "Required status check \"\(contexts[0])\" \(verb)."
        : "\(contexts.count) of \(total) required status checks \(verb.replacingOccurrences(of: "is ", with: "are "))."
    }
  }

  /// Nil: it is there and good.
  private func lack(of check: Protection.Check, on commit: String) -> String? {
    let named = latestStatuses(of: commit).filter { $0.context.lowercased() == check.context.lowercased() }
    let runs = latestRuns(of: commit).filter { $0.name == check.context }
    if named.isEmpty && runs.isEmpty { return "is expected" }
    if let app = check.app, named.contains(where: { $0.app != app }) || runs.contains(where: { $0.app != app }) {
      return "was not set by the expected GitHub App"
    }
    if named.contains(where: { $0.state == "failure" || $0.state == "error" })
      || runs.contains(where: { $0.status == "completed" && !Self.isGood($0) })
    {
      return "is failing"
    }
    return named.contains { $0.state == "pending" } || runs.contains { $0.status != "completed" } ? "is pending" : nil
  }
}
