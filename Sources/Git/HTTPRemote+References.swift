extension HTTPRemote {
  /// Whether the run's one question answers these too.
  func covers(_ prefixes: [String]) -> Bool {
    !prefixes.isEmpty && prefixes.allSatisfy { ReferenceName.matches($0, asked) }
  }

  /// What the run's one question is about, or was.
  var asked: [String] { view == nil ? question : viewed }

  private var question: [String] {
    watched.isEmpty ? [] : watched + [head].compactMap(\.self).filter { !watched.contains($0) }
  }

  func watch(_ prefixes: [String]) {
    let new = prefixes.filter { !watched.contains($0) }
    guard !new.isEmpty else { return }
    watched += new
    view = nil
  }

  func refresh() -> Bool {
    defer { view = nil }
    return view != nil
  }

  nonisolated(nonsending) func references(prefixes: [String]) async throws(GitError) -> [String: ObjectID] {
    try await alone { () async throws(GitError) in try await self.current(prefixes) }
  }

  nonisolated(nonsending) func defaultBranch() async throws(GitError) -> String? {
    try await alone { () async throws(GitError) in
      guard !self.watched.isEmpty else { return try await self.wire.references([], head: true).head }
      return try await self.look().head
    }
  }

  /// The references at or below the prefixes, by the run's one question where it covers them. Only for who is alone.
  nonisolated(nonsending) func current(_ prefixes: [String]) async throws(GitError) -> [String: ObjectID] {
    guard !prefixes.isEmpty else { return [:] }
    guard covers(prefixes) else { return try await wire.references(prefixes, head: false).references }
    return try await look().references.filter { ReferenceName.matches($0.key, prefixes) }
  }

  private nonisolated(nonsending) func look() async throws(GitError) -> Advertisement {
    if let view { return view }
    let (question, before) = (question, watched)
    let answer = try await wire.references(question, head: true)
    // Somebody may have begun to watch more meanwhile.
    if watched == before { (view, viewed) = (answer, question) }
    note(head: answer.head)
    return answer
  }

  /// Takes over what is known of these now.
  func note(_ names: [String], _ now: [String: ObjectID]) {
    for name in names where view != nil && ReferenceName.matches(name, asked) { view?.references[name] = now[name] }
  }
}
