import Git
import HTTP
import Host
import Synchronization

extension GitHubForge {
  /// The forge itself lets only one be open from a branch to a base: where a first answer is lost, a second call opens none beside.
  package func create(_ proposal: Proposal) async throws(ForgeError) -> PullRequest {
    guard proposal.base != proposal.branch else {
      throw .invalid("cannot open a pull request from \(proposal.branch) to itself")
    }
    let other = state.withLock { $0.open?.values.first { $0.request.branch == proposal.branch } }
    if let other, other.request.base != proposal.base {
      throw .branchTaken(branch: proposal.branch, by: other.request.number)
    }
    var lost: String?
    for _ in 0..<2 {
      switch try await client.write(post(proposal)) {
      case .answered(let answer) where answer.isSuccess:
        return try await opened(try answer.pull(), proposal)
      case .answered(let answer):
        guard answer.status == 422, answer.refusal.says("already exists") else { throw refusal(answer, proposal) }
        guard let present = try await find(proposal, tries: 4) else {
          throw .unavailable(
            words: "\(client.settings.host) says that a pull request of \(proposal.branch) exists, and does not list it",
            hint: "run again in a minute")
        }
        return lost == nil ? try await adopt(present) : try await opened(present, proposal)
      case .lost(let words):
        lost = words
        if let present = try await find(proposal, tries: 2) { return try await opened(present, proposal) }
      }
    }
    throw .unavailable(words: lost ?? "", hint: "run again in some minutes")
  }

  private func post(_ proposal: Proposal) -> GitHubCall {
    .write(
      .post, "\(repositoryPath)/pulls",
      .object([
        "title": .string(proposal.title), "body": .string(proposal.body), "head": .string(proposal.branch),
        "base": .string(proposal.base),
      ]), verb: "open a pull request of \(proposal.branch)")
  }

  /// Looks for the open request of a proposal; lists may lack it for some seconds.
  private func find(_ proposal: Proposal, tries: Int) async throws(ForgeError) -> GitHubPull? {
    for attempt in 0..<tries {
      if attempt > 0 { try await client.rest(.seconds(1 << (attempt - 1))) }
      let found = try await openPulls(from: proposal.branch)
      if let pull = found.first(where: { $0.request.base == proposal.base }) { return pull }
    }
    return nil
  }

  /// One that somebody else opened, or an earlier run: as it is, but without a mark.
  private func adopt(_ pull: GitHubPull) async throws(ForgeError) -> PullRequest {
    note(pull)
    let request = pull.request
    guard request.mark != nil else { return request }
    try await update(request.number, title: request.title, body: request.body)
    var unmarked = request
    unmarked.mark = nil
    return unmarked
  }

  /// One that this call opened.
  private func opened(_ pull: GitHubPull, _ proposal: Proposal) async throws(ForgeError) -> PullRequest {
    var pull = pull
    let number = pull.request.number
    let now = client.clock()
    client.memory.update { contents in
      contents.created = contents.created.filter { $0.value > now - Self.lag }
      contents.created[number] = now
      if pull.request.author != "ghost" { contents.account = pull.request.author }
    }
    note(pull)
    if !proposal.labels.isEmpty {
      try await add(proposal.labels, to: number)
      pull.request.labels = Set(pull.request.labels + proposal.labels).sorted()
      note(pull)
    }
    if !proposal.reviewers.isEmpty { try await ask(proposal.reviewers, for: number) }
    return pull.request
  }

  private func add(_ labels: [String], to number: Int) async throws(ForgeError) {
    let answer = try await client.writeRepeatably(
      .write(.post, "\(issuePath(number))/labels", .object(["labels": .strings(labels)]), verb: "label #\(number)"))
    // The request is there, and that is what was asked for.
    if !answer.isSuccess { notice("#\(number) has no labels: \(answer.error)") }
  }

  private func ask(_ reviewers: [String], for number: Int) async throws(ForgeError) {
    let teams = reviewers.filter { $0.contains("/") }.compactMap { $0.split(separator: "/").last.map(String.init) }
    let people = reviewers.filter { !$0.contains("/") }
    let answer = try await client.writeRepeatably(
      .write(
        .post, "\(pullPath(number))/requested_reviewers",
        .object(["reviewers": .strings(people), "team_reviewers": .strings(teams)]), verb: "ask for reviews of #\(number)"))
    if !answer.isSuccess { notice("nobody is asked for a review of #\(number): \(answer.error)") }
  }

  /// What a 422 means; GitHub says it in words and fields.
  private func refusal(_ answer: GitHubAnswer, _ proposal: Proposal) -> ForgeError {
    guard answer.status == 422 else { return answer.error }
    for problem in answer.refusal.problems where problem.code == "invalid" {
      if problem.field == "head" { return .noBranch(proposal.branch) }
      if problem.field == "base" { return .noBranch(proposal.base) }
    }
    if answer.refusal.says("no commits between") {
      return .invalid(
        "there is nothing to open a pull request for: \(proposal.base) holds all commits of \(proposal.branch), "
          + "hint: run again; the branch goes when it is not needed")
    }
    return answer.error
  }
}
