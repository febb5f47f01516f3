/// How requests live: what becomes of them when branches move.
extension FakeGitHub {
  struct Move {
    var branch: String
    var old: String?
    var new: String?
  }

  /// Commits of a request, oldest first.
  func commits(of pull: FakePull) throws -> [String] {
    try bare.commits(in: pull.head, notIn: bare.branch(pull.base) ?? pull.baseHead)
  }

  func open(from branch: String, to base: String) -> FakePull? {
    pulls.values.first { $0.isOpen && $0.branch == branch && $0.base == base }
  }

  /// Looks at what branches that moved mean for requests. Merges first: who lands and deletes in one push has landed.
  func moved(_ moves: [Move], by login: String) throws {
    for move in moves where move.new != nil {
      unseenMoves.append((served, move.branch, login))
      if seenTips[move.branch] == nil { seenTips[move.branch] = move.old ?? "" }
    }
    try seeMerges(upTo: behaviour.seesMergesAfter == .max ? -1 : served - behaviour.seesMergesAfter)
    for move in moves {
      guard let new = move.new else {
        for pull in pulls.values where pull.branch == move.branch || pull.base == move.branch {
          if pull.branch == move.branch, !pull.isMerged { pulls[pull.number]?.wasRecreated = true }
          if pull.isOpen { close(pull.number, by: login) }
        }
        continue
      }
      for pull in pulls.values where pull.branch == move.branch && !pull.isMerged {
        if pull.isOpen {
          try headMoved(pull.number, to: new, by: login)
        } else if try !bare.isAncestor(pull.head, of: new) {
          pulls[pull.number]?.wasRecreated = true
        }
      }
    }
  }

  private func headMoved(_ number: Int, to new: String, by login: String) throws {
    guard var pull = pulls[number], pull.head != new else { return }
    let base = bare.branch(pull.base) ?? pull.baseHead
    pull.head = new
    pull.baseHead = base
    pull.updatedAt = now
    if protections[pull.base]?.dismissesStale ?? false {
      for place in pull.reviews.indices where pull.reviews[place].state == .approved { pull.reviews[place].state = .dismissed }
    }
    pulls[number] = pull
    try bare.refs.write("refs/pull/\(number)/head", new)
    // Nothing is left of it.
    if try commits(of: pull).isEmpty { close(number, by: login) }
  }

  func close(_ number: Int, by login: String) {
    pulls[number]?.isOpen = false
    pulls[number]?.closedAt = now
    pulls[number]?.closedBy = login
    pulls[number]?.updatedAt = now
    pulls[number]?.autoMerge = nil
  }

  func markMerged(_ number: Int, as commit: String, by login: String) {
    close(number, by: login)
    pulls[number]?.mergedAt = now
    pulls[number]?.mergedBy = login
    pulls[number]?.mergeCommit = commit
  }

  /// Marks requests as merged whose heads came onto their bases.
  func seeMerges(upTo last: Int) throws {
    guard unseenMoves.contains(where: { $0.served <= last }) else { return }
    let due = unseenMoves.filter { $0.served <= last }
    unseenMoves.removeAll { $0.served <= last }
    for move in due {
      guard let old = seenTips.removeValue(forKey: move.base), let tip = bare.branch(move.base) else { continue }
      let waiting = pulls.values.filter { $0.isOpen && $0.base == move.base }.sorted { $0.number < $1.number }
      guard !waiting.isEmpty else { continue }
      let came = try old.isEmpty ? [] : bare.commits(in: tip, notIn: old)
      let places = Dictionary(came.enumerated().map { ($1, $0) }, uniquingKeysWith: { one, _ in one })
      for pull in waiting where places[pull.head] != nil {
        let merge = try came.first { try bare.commit($0)?.parents.dropFirst().contains(pull.head) ?? false }
        markMerged(pull.number, as: merge ?? pull.head, by: move.by)
      }
    }
  }

  /// What time, counted in requests, brings.
  func settle() {
    try? seeMerges(upTo: behaviour.seesMergesAfter == .max ? -1 : served - behaviour.seesMergesAfter)
    guard behaviour.listLag > 0 else { return history = [] }
    history.append((served, pulls))
  }

  /// What lists show.
  var listed: [Int: FakePull] {
    guard behaviour.listLag > 0 else { return pulls }
    return (history.last { $0.served <= served - behaviour.listLag } ?? history.first)?.pulls ?? pulls
  }

  /// Moves branches, and looks at what that means.
  ///
  /// - Returns: false when another was faster.
  func move(_ moves: [Move], by login: String) throws -> Bool {
    guard try bare.move(moves.map { ("refs/heads/" + $0.branch, $0.old, $0.new) }) else { return false }
    try moved(moves, by: login)
    return true
  }
}
