import Git
import HTTP
import Host
import Synchronization

extension GitHubForge {
  @discardableResult
  package func update(_ number: Int, title: String, body: String) async throws(ForgeError) -> Bool {
    let known = state.withLock { $0.open?[number] }
    let present: GitHubPull
    if let known { present = known } else { present = try await fetch(number) }
    guard present.request.state == .open else { throw .notOpen(number: number, present.request.state) }
    if present.has(title, body, mark: nil) { return false }
    let call = GitHubCall.write(
      .patch, pullPath(number), .object(["title": .string(title), "body": .string(body)]), verb: "update #\(number)")
    let after = try await patch(number, call) { $0.has(title, body, mark: nil) }
    // Closed meanwhile: its text is right now, and it is not open.
    guard after.request.state == .open else { throw .notOpen(number: number, after.request.state) }
    return true
  }

  package func close(_ number: Int, mark: String) async throws(ForgeError) {
    var pull = try await fetch(number)
    guard pull.request.state == .open else { return note(pull) }
    let mark = OneLine.text(mark, limit: 1000)
    if pull.request.mark != mark {
      let body = HiddenMark.mark(pull.request.body, mark)
      pull = try await patch(
        number, .write(.patch, pullPath(number), .object(["body": .string(body)]), verb: "mark #\(number) for closing")
      ) { $0.request.mark == mark }
      // A person was faster, and it is theirs. The mark came too late to say otherwise: GitHub knows who closed it, and when.
      guard pull.request.state == .open else { return }
    }
    _ = try await patch(
      number, .write(.patch, pullPath(number), .object(["state": .string("closed")]), verb: "close #\(number)")
    ) { $0.request.state != .open }
  }

  /// Changes a request. Where the answer is lost it is looked at, and the same change made once more where it is not done.
  private func patch(
    _ number: Int, _ call: GitHubCall, isDone: (GitHubPull) -> Bool
  ) async throws(ForgeError) -> GitHubPull {
    var lost = ""
    for _ in 0..<2 {
      switch try await client.write(call) {
      case .answered(let answer):
        if answer.status == 404 { throw .noRequest(number: number) }
        let pull = try answer.pull()
        note(pull)
        return pull
      case .lost(let words):
        lost = words
        let pull = try await fetch(number)
        if isDone(pull) {
          note(pull)
          return pull
        }
      }
    }
    throw .unavailable(words: lost, hint: "run again in some minutes")
  }

  @discardableResult
  package func removeLabel(_ number: Int, _ label: String) async throws(ForgeError) -> Bool {
    let call = GitHubCall.write(
      .delete, "\(issuePath(number))/labels/\(GitHubCall.encoded(label))", nil, verb: "take a label off #\(number)")
    let answer = try await client.writeRepeatably(call)
    if answer.status == 404 { return false }
    guard answer.isSuccess else { throw answer.error }
    state.withLock { state in
      state.open?[number]?.request.labels.removeAll { $0 == label }
      state.written[number]?.request.labels.removeAll { $0 == label }
    }
    return true
  }

  // MARK: Comments

  @discardableResult
  package func comment(_ number: Int, key: String, text: String) async throws(ForgeError) -> Bool {
    if try await isSaid(number, key) { return false }
    let call = GitHubCall.write(
      .post, "\(issuePath(number))/comments", .object(["body": .string(HiddenMark.comment(text, key: key))]),
      verb: "comment on #\(number)")
    var lost = ""
    for _ in 0..<2 {
      switch try await client.write(call) {
      case .answered(let answer):
        if answer.status == 404 || answer.status == 410 { throw .noRequest(number: number) }
        let login = try answer.value()["user"]?["login"]?.string
        client.memory.update { $0.account = login ?? $0.account }
        state.withLock { _ = $0.said[number, default: []].insert(HiddenMark.comment(key)) }
        return true
      case .lost(let words):
        lost = words
        try await client.rest(.seconds(2))
        if try await isSaid(number, key) { return true }
      }
    }
    throw .unavailable(words: lost, hint: "run again in some minutes")
  }

  private func isSaid(_ number: Int, _ key: String) async throws(ForgeError) -> Bool {
    let mark = HiddenMark.comment(key)
    if state.withLock({ $0.said[number]?.contains(mark) ?? false }) { return true }
    var isSaid = false
    try await client.pages(
      .get("\(issuePath(number))/comments", ["per_page": "100"], verb: "list the comments of #\(number)")
    ) { (answer) throws(ForgeError) in
      if answer.status == 404 { throw .noRequest(number: number) }
      isSaid = (try answer.value().array ?? []).contains { $0["body"]?.string?.contains(mark) ?? false }
      return !isSaid
    }
    if isSaid { state.withLock { _ = $0.said[number, default: []].insert(mark) } }
    return isSaid
  }
}

extension GitHubPull {
  fileprivate func has(_ title: String, _ body: String, mark: String?) -> Bool {
    request.title == title && HiddenMark.isSame(request.body, body) && request.mark == mark
  }
}
