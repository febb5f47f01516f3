import Git
import Host

extension LocalForge {
  /// Changes the forge by compare-and-swap. When somebody else was faster, `decide` is asked again with what is there
  /// then. Nothing is written where nothing changes; a head that its branch has left behind is a change.
  ///
  /// - Parameter name: who does it, as the author of the commit.
  @discardableResult
  func write<T: Sendable>(
    _ message: String, as name: String, decide: (inout ForgeState) async throws(ForgeError) -> T
  ) async throws(ForgeError) -> T {
    guard !name.isEmpty, !name.unicodeScalars.contains(where: { $0.value < 32 || "<>".unicodeScalars.contains($0) })
    else { throw .invalid("a person's name must not be empty or hold < > or control characters") }
    for attempt in 1...tries {
      var state = try await state(heads: true)
      let result = try await decide(&state)
      let changes = changes(in: state)
      let heads = state.headMoves
      guard !changes.isEmpty || !heads.isEmpty || !state.moves.isEmpty else { return result }
      let commit = try await commit(changes, message, as: name, on: state.tip)
      Fault.point(.forgeWriteBefore)
      // In this order: a process that dies between two of them leaves a base that holds a request not yet written as
      // merged, or a head behind its request; both are put right by whoever looks or acts next.
      let updates = state.moves + [RefUpdate(Self.reference, from: state.tip, to: commit)] + heads
      if try await land(updates) {
        Fault.point(.forgeWriteAfter)
        return result
      }
      try? await Task.sleep(for: .milliseconds(Int.random(in: 1...min(8 * attempt, 100))))
    }
    throw .contended(tries: tries)
  }

  private func changes(in state: ForgeState) -> [String: Change] {
    var changes: [String: Change] = [:]
    for (number, file) in state.pulls where state.stored[number] != file {
      changes[PullFile.path(number)] = .write(file.bytes)
    }
    for (commit, file) in state.statuses { changes[StatusFile.path(commit)] = .write(file.bytes) }
    return changes
  }

  private func commit(
    _ changes: [String: Change], _ message: String, as name: String, on tip: ObjectID?
  ) async throws(ForgeError) -> ObjectID {
    let signature = signature(of: name)
    let subject = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    return try await reading { (repository) throws(GitError) in
      let base: ObjectID? = if let tip { try await repository.commit(tip).tree } else { nil }
      let tree = try await repository.writeTree(base: base, changes: changes)
      return try await repository.writeCommit(
        tree: tree, parents: tip.map { [$0] } ?? [], message: subject + "\n", author: signature, committer: signature)
    }
  }

  func signature(of name: String) -> Signature {
    let mailbox = String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    return Signature(name: name, email: "\(mailbox)@localhost", seconds: clock())
  }

  /// Moves the references, all or none.
  ///
  /// - Returns: false when somebody else was faster.
  private func land(_ updates: [RefUpdate]) async throws(ForgeError) -> Bool {
    let outcomes: [RefOutcome]
    do { outcomes = try await repository.push(updates) } catch { return try await landed(updates, after: error) }
    if outcomes.allSatisfy({ $0 == .updated }), outcomes.count == updates.count { return true }
    if outcomes.contains(where: { if case .lostRace = $0 { true } else { false } }) { return false }
    // Servers word a lost race as they like: whether it was one, the references tell.
    let now = try await reading { (repository) throws(GitError) in
      try await repository.references(prefixes: updates.map(\.name))
    }
    guard updates.allSatisfy({ now[$0.name] == $0.old }) else { return false }
    for case .refused(let words) in outcomes { throw .refused(words) }
    throw .refused("it gave no answer for the references")
  }

  /// Looks whether a push went through that ended in an error: the server may have moved the references before.
  private func landed(_ updates: [RefUpdate], after error: GitError) async throws(ForgeError) -> Bool {
    let now: ObjectID?
    do { now = try await repository.fetch(prefixes: [Self.reference])[Self.reference] } catch _ { throw .git(error) }
    guard let own = updates.first(where: { $0.name == Self.reference }), let wanted = own.new else { throw .git(error) }
    if now == wanted { return true }
    if now == own.old {
      // Somebody else's lock is somebody else's write.
      if error.kind == .locked { return false }
      throw .git(error)
    }
    guard let now else { return false }
    // Where the commit is not to be found, it never arrived.
    return (try? await repository.isAncestor(wanted, of: now)) ?? false
  }
}
