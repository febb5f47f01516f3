import Git
import HTTP
import Host
import Synchronization

extension GitHubForge {
  package func merge(_ order: MergeOrder) async throws(ForgeError) -> MergeAnswer {
    switch try await look(order) {
    case .over(let answer): return answer
    case .ready: break
    }
    var body: [String: JSONValue] = ["sha": .string(order.head.hex), "merge_method": .string(order.style.rawValue)]
    if order.style != .rebase {
      body["commit_title"] = .string(order.title)
      body["commit_message"] = .string(order.message)
    }
    let call = GitHubCall.write(.put, "\(pullPath(order.number))/merge", .object(body), verb: "merge #\(order.number)")
    switch try await client.write(call) {
    case .answered(let answer) where answer.isSuccess:
      guard let commit = try answer.value()["sha"]?.string.flatMap({ ObjectID(hex: $0) }) else {
        return try await afterLoss(order, words: "what \(answer.host) answers to \"\(call.verb)\" names no commit")
      }
      state.withLock { state in
        state.open?[order.number] = nil
        state.written[order.number]?.request.state = .merged
      }
      return .merged(commit)
    case .answered(let answer): return try await sorted(answer, order)
    case .lost(let words): return try await afterLoss(order, words: words)
    }
  }

  private enum Look {
    case ready
    case over(MergeAnswer)
  }

  /// Looks at the request before anything is done to it.
  private func look(_ order: MergeOrder) async throws(ForgeError) -> Look {
    var pauses = [1, 2, 4][...]
    while true {
      let pull: GitHubPull
      do throws(ForgeError) { pull = try await fetch(order.number) } catch {
        guard case .noRequest = error else { throw error }
        return .over(.gone("#\(order.number) is not there"))
      }
      if let answer = Self.answer(pull, order) { return .over(answer) }
      if pull.mergeable != nil { return .ready }
      // Asking makes GitHub compute it.
      guard let pause = pauses.popFirst() else {
        return .over(.notYet("\(client.settings.host) still computes whether #\(order.number) can be merged"))
      }
      try await client.rest(.seconds(pause))
    }
  }

  /// What the request as it stands says of a merge; nil: nothing against it.
  private static func answer(_ pull: GitHubPull, _ order: MergeOrder) -> MergeAnswer? {
    let number = order.number
    switch pull.request.state {
    case .merged:
      return pull.request.mergedCommit.map { .merged($0) } ?? .notYet("#\(number) is merged, and its commit is not known yet")
    case .closed: return .gone("#\(number) is closed")
    case .open: break
    }
    if pull.request.head != order.head { return .lostRace("#\(number) is at \(pull.request.head.hex) now") }
    if pull.request.isDraft { return .notYet("#\(number) is a draft") }
    if pull.mergeable == false, pull.mergeableState == "dirty" {
      return .conflict("#\(number) conflicts with \(pull.request.base)")
    }
    return nil
  }

  /// Nobody knows what became of the call: the request is asked, which may need some seconds to know itself.
  private func afterLoss(_ order: MergeOrder, words: String) async throws(ForgeError) -> MergeAnswer {
    for pause in [1, 2, 4] {
      try await client.rest(.seconds(pause))
      let pull = try await fetch(order.number)
      if let commit = pull.request.mergedCommit {
        note(pull)
        return .merged(commit)
      }
    }
    throw .unavailable(words: words, hint: "run again in some minutes")
  }

  // MARK: Refusals

  /// What a refused merge means. The codes tell little; the words decide (tide and kargo match them too).
  private func sorted(_ answer: GitHubAnswer, _ order: MergeOrder) async throws(ForgeError) -> MergeAnswer {
    let words = answer.refusal.words
    func says(_ fragments: String...) -> Bool { fragments.contains { answer.refusal.says($0) } }
    switch answer.status {
    case 404: return .gone(words)
    case 403: return says("merge queue") ? .unsupported(words) : .notPermitted(words)
    case 409: return says("conflict") ? .conflict(words) : .lostRace(words)
    case 405, 422: break
    default: throw answer.error
    }
    if says("branch was modified") { return .lostRace(words) }
    if says("merge queue") { return .unsupported(words) }
    if says("commits are not allowed", "merges are not allowed", "must not contain merge commits", "merge method") {
      return .unsupported(words)
    }
    if says("not authorized", "not allowed to merge", "not permitted", "verified signatures", "cannot update this protected ref")
    {
      return .notPermitted(words)
    }
    if says("branch is locked", "locked branch", "archived", "read-only", "resource not accessible") {
      return .notPermitted(words)
    }
    if says("merge conflict", "conflicts") { return .conflict(words) }
    // "Pull Request is not mergeable" is said for all and any: the request knows why.
    if let now = Self.answer(try await fetch(order.number), order) { return now }
    if says(
      "required status", "rule violations", "review", "approv", "not mergeable", "draft", "pending", "expected", "deployment",
      "try again", "unresolved", "conversation", "out of date", "out-of-date", "not up to date", "in progress")
    {
      return .notYet(words)
    }
    guard answer.status == 405 else { throw answer.error }
    return .notYet(words)
  }
}
