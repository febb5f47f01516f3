import Foundation

/// How requests land, by button and by API alike.
extension FakeGitHub {
  enum Method: String { case merge, squash, rebase }

  /// - Parameters:
  ///   - sha: what the head must be; nil: whatever it is.
  ///   - isApp: an App is told otherwise what it may not.
  /// - Returns: the commit that the base is now.
  func merge(
    _ number: Int, _ method: Method, by account: Account, sha: String? = nil, title: String? = nil, message: String? = nil
  ) throws -> String {
    guard let pull = pulls[number] else { throw Refused(.notFound) }
    func refuse(_ why: String) -> Refused {
      Refused(
        .failure(
          405, why, documentation: "https://docs.github.com/rest/pulls/pulls#merge-a-pull-request"))
    }
    guard pull.isOpen else { throw refuse("Pull Request is not mergeable") }
    if let sha, sha != pull.head {
      throw Refused(
        .failure(
          409, "Head branch was modified. Review and try the merge again.",
          documentation: "https://docs.github.com/rest/pulls/pulls#merge-a-pull-request"))
    }
    if pull.isDraft { throw refuse("Pull Request is still a draft") }
    try checkMethod(method, pull, refuse)
    guard let base = bare.branch(pull.base), let head = try bare.commit(pull.head) else {
      throw refuse("Pull Request is not mergeable")
    }
    if behaviour.basesMoved > 0 {
      behaviour.basesMoved -= 1
      throw refuse("Base branch was modified. Review and try the merge again.")
    }
    guard try bare.mergedTree(base, pull.head) != nil else { throw refuse("Pull Request is not mergeable") }
    try checkProtection(pull, base: base, account, refuse)
    let landed: String
    switch method {
    case .merge: landed = try mergeCommit(pull, base, account, title: title, message: message)
    case .squash: landed = try squashCommit(pull, base, account, title: title, message: message)
    case .rebase:
      guard let rebased = try rebasedCommit(pull, base) else { throw refuse("This branch can't be rebased") }
      landed = rebased
    }
    pulls[number]?.baseHead = base
    markMerged(number, as: landed, by: account.login)
    _ = head
    guard try move([Move(branch: pull.base, old: base, new: landed)], by: account.login) else {
      pulls[number] = pull
      throw refuse("Base branch was modified. Review and try the merge again.")
    }
    if mergeSettings.deletesBranches, let tip = bare.branch(pull.branch) {
      _ = try move([Move(branch: pull.branch, old: tip, new: nil)], by: account.login)
    }
    return landed
  }

  private func checkMethod(_ method: Method, _ pull: FakePull, _ refuse: (String) -> Refused) throws {
    switch method {
    case .merge where !mergeSettings.merge: throw refuse("Merge commits are not allowed on this repository.")
    case .squash where !mergeSettings.squash: throw refuse("Squash merges are not allowed on this repository.")
    case .rebase where !mergeSettings.rebase: throw refuse("Rebase merges are not allowed on this repository.")
    case .merge where protections[pull.base]?.isLinear ?? false:
      throw refuse("Merge commits are not allowed on this branch: \(pull.base) must have a linear history.")
    default: break
    }
  }

  private func checkProtection(_ pull: FakePull, base: String, _ account: Account, _ refuse: (String) -> Refused) throws {
    guard let protection = protections[pull.base], protection.binds(account) else { return }
    if protection.hasMergeQueue { throw refuse("Changes must be made through the merge queue") }
    if let pushers = protection.pushers, !pushers.contains(account.login) {
      throw refuse(
        "You're not authorized to push to this branch. Visit https://docs.github.com/articles/about-protected-branches/ for more "
          + "information.")
    }
    var missing = obstacles(to: pull, protection)
    if missing.isEmpty, protection.isStrict, try !bare.isAncestor(base, of: pull.head) {
      missing = ["The head branch is not up to date with the base branch."]
    }
    guard !missing.isEmpty else { return }
    let words = missing.joined(separator: protection.kind == .ruleset ? "\n\n" : " ")
    throw refuse(protection.kind == .ruleset ? "Repository rule violations found\n\n\(words)\n\n" : words)
  }

  // MARK: Commits

  private var webFlow: Bare.Signature {
    var signature = Self.webFlow
    signature.seconds = now
    return signature
  }

  private func text(_ title: String, _ message: String) -> String { message.isEmpty ? title : title + "\n\n" + message }

  private func mergeCommit(
    _ pull: FakePull, _ base: String, _ account: Account, title: String?, message: String?
  ) throws -> String {
    guard let tree = try bare.mergedTree(base, pull.head) else { throw Refused(.notFound) }
    let title = title ?? "Merge pull request #\(pull.number) from \(owner)/\(pull.branch)"
    return try bare.write(
      tree, parents: [base, pull.head], author: account.signature(at: now), committer: webFlow,
      message: text(title, message ?? pull.title))
  }

  private func squashCommit(
    _ pull: FakePull, _ base: String, _ account: Account, title: String?, message: String?
  ) throws -> String {
    guard let tree = try bare.mergedTree(base, pull.head) else { throw Refused(.notFound) }
    let commits = try bare.commits(in: pull.head, notIn: base).compactMap { try bare.commit($0) }
    let isOne = commits.count == 1
    let subject = isOne ? commits[0].message.split(separator: "\n").first.map(String.init) ?? pull.title : pull.title
    let list = commits.map { "* " + $0.message.trimmingCharacters(in: .newlines) }.joined(separator: "\n\n")
    let alone = isOne ? commits[0].message.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2) : []
    let body = isOne ? alone.joined(separator: "\n").trimmingCharacters(in: .newlines) : list
    return try bare.write(
      tree, parents: [base], author: (accounts[pull.author] ?? account).signature(at: now), committer: webFlow,
      message: text(title ?? "\(subject) (#\(pull.number))", message ?? body))
  }

  /// Nil: one of the commits conflicts.
  private func rebasedCommit(_ pull: FakePull, _ base: String) throws -> String? {
    var tip = base
    for id in try bare.commits(in: pull.head, notIn: base) {
      guard let commit = try bare.commit(id), let onto = try bare.commit(tip), commit.parents.count == 1,
        let parent = try bare.commit(commit.parents[0])
      else { continue }
      guard let tree = try bare.appliedTree(from: parent, to: commit, onto: onto) else { return nil }
      tip = try bare.write(tree, parents: [tip], author: commit.author, committer: webFlow, message: commit.message)
    }
    return tip
  }

  // MARK: Buttons that write commits

  /// Merges the base into the request's branch.
  func updateBranch(_ number: Int, by account: Account) throws -> String {
    guard let pull = pulls[number], let base = bare.branch(pull.base) else { throw Refused(.notFound) }
    guard pull.isOpen else { throw Refused(.failure(422, "Pull request is closed.")) }
    if try bare.isAncestor(base, of: pull.head) { throw Refused(.failure(422, "There are no new commits on the base branch.")) }
    guard let tree = try bare.mergedTree(pull.head, base) else {
      throw Refused(.failure(422, "merge conflict between base and head"))
    }
    let commit = try bare.write(
      tree, parents: [pull.head, base], author: account.signature(at: now), committer: webFlow,
      message: "Merge branch '\(pull.base)' into \(pull.branch)")
    guard try move([Move(branch: pull.branch, old: pull.head, new: commit)], by: account.login) else {
      throw Refused(.failure(422, "expected head sha didn't match current head ref."))
    }
    return commit
  }

  /// The Revert button: a branch that takes a landed request back, and a request for it.
  func revert(_ number: Int, by account: Account) throws -> FakePull {
    guard let pull = pulls[number], pull.isMerged, let landed = try pull.mergeCommit.flatMap({ try bare.commit($0) }),
      let base = bare.branch(pull.base), let onto = try bare.commit(base)
    else { throw Refused(.failure(422, "Pull request #\(number) is not merged")) }
    // What it came to lies between the base before and what landed; a rebase landed several commits.
    let isWhole = landed.parents.count > 1 || landed.id == pull.head
    let before = isWhole ? landed.parents.first ?? pull.baseHead : pull.baseHead
    guard let old = try bare.commit(before), let tree = try bare.appliedTree(from: landed, to: old, onto: onto) else {
      throw Refused(.failure(422, "This pull request could not be reverted automatically"))
    }
    let subject = landed.message.split(separator: "\n").first.map(String.init) ?? pull.title
    let last =
      landed.parents.count > 1
      ? "This reverts commit \(landed.id), reversing\nchanges made to \(before)." : "This reverts commit \(landed.id)."
    let commit = try bare.write(
      tree, parents: [base], author: account.signature(at: now), committer: webFlow, message: text("Revert \"\(subject)\"", last))
    var branch = "revert-\(number)-\(pull.branch)"
    var count = 0
    while bare.branch(branch) != nil {
      count += 1
      branch = "revert-\(number)-\(pull.branch)-\(count)"
    }
    guard try move([Move(branch: branch, old: nil, new: commit)], by: account.login) else {
      throw Refused(.failure(422, "This pull request could not be reverted automatically"))
    }
    return try open(
      title: "Revert \"\(pull.title)\"", body: "Reverts \(name)#\(number)", base: pull.base, branch: branch, by: account.login)
  }
}
