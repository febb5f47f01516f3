import Host

extension HTTPRemote {
  nonisolated(nonsending) func push(_ updates: [RefUpdate]) async throws(GitError) -> [RefOutcome] {
    try await healing { remote async throws(GitError) in
      try await remote.alone { () async throws(GitError) in try await remote.send(updates) }
    }
  }

  private var pushContext: String { "cannot push to \(location)" }

  private nonisolated(nonsending) func send(_ updates: [RefUpdate]) async throws(GitError) -> [RefOutcome] {
    let store = try store
    for update in updates {
      guard ReferenceName.isValid(update.name) else {
        throw GitError(.invalid, pushContext, "\(update.name) is no name of a reference")
      }
      if let new = update.new, !store.has(new) { throw GitError(.notFound, pushContext, "there is no object \(new)") }
    }
    let tips = updates.compactMap(\.new)
    let objects = try store.newObjects(from: tips)
    let pack = try tips.isEmpty ? [] : store.pack(of: objects)
    let outcomes: [RefOutcome]
    do throws(GitError) { outcomes = try await settle(updates, pack) } catch {
      // Nobody knows what became of it.
      view = nil
      throw error
    }
    if outcomes.contains(.updated) {
      let moved = zip(updates, outcomes).filter { $1 == .updated }.map(\.0)
      let now = moved.compactMap { update in update.new.map { (update.name, $0) } }
      note(moved.map(\.name), Dictionary(uniqueKeysWithValues: now))
      // A server that can't do all or nothing may have taken some only; it has all objects even then.
      keep(pack, objects.map(\.id), tips: moved.compactMap(\.new))
    }
    return outcomes
  }

  /// Pushes until it is known what became of each reference.
  private nonisolated(nonsending) func settle(
    _ updates: [RefUpdate], _ pack: [UInt8]
  ) async throws(GitError) -> [RefOutcome] {
    var capabilities = SmartHTTP.pushCapabilities
    while true {
      let answer: PushAnswer
      Fault.point(.refsUpdateBefore)
      do throws(GitError) { answer = try await wire.push(updates, pack, capabilities) } catch {
        guard error.kind == .unreachable else { throw error }
        // The answer may be what was lost, not the push.
        guard let now = try? await ask(updates), updates.allSatisfy({ now[$0.name] == $0.new }) else { throw error }
        return updates.map { _ in .updated }
      }
      Fault.point(.refsUpdateAfter)
      let failure: GitError
      switch answer {
      case .report(let report): return try await outcomes(updates, report)
      case .silence(let error): failure = error
      }
      let now = try await ask(updates)
      if updates.allSatisfy({ now[$0.name] == $0.new }) { return updates.map { _ in .updated } }
      // It may not like what we wish for. Sending it twice does no harm: each move names what it is from.
      let announced = try await wire.announcedPushCapabilities()
      guard announced != capabilities else { throw failure }
      capabilities = announced
    }
  }

  private nonisolated(nonsending) func ask(_ updates: [RefUpdate]) async throws(GitError) -> [String: ObjectID] {
    let names = updates.map(\.name)
    let now = try await wire.references(names, head: false).references
    note(names, now)
    return now
  }

  /// What was refused was either overtaken, or not wanted: what the reference is now tells.
  private nonisolated(nonsending) func outcomes(
    _ updates: [RefUpdate], _ report: PushReport
  ) async throws(GitError) -> [RefOutcome] {
    func isMoved(_ update: RefUpdate) -> Bool { report.results[update.name] == .some(nil) }
    if updates.allSatisfy(isMoved) { return updates.map { _ in .updated } }
    let now = try await ask(updates)
    let outcomes = updates.map { update -> RefOutcome in
      if isMoved(update) || now[update.name] == update.new { return .updated }
      if now[update.name] != update.old { return .lostRace(now: now[update.name]) }
      let why = report.results[update.name].flatMap { $0 } ?? report.unpackFailure ?? "the server did not say what it did"
      return .refused(report.words.isEmpty ? why : "\(why): \(report.words)")
    }
    let isRaced = outcomes.contains { if case .lostRace = $0 { true } else { false } }
    return outcomes.map { outcome in
      if isRaced, case .refused = outcome { .refused("another reference of the same push was not moved") } else { outcome }
    }
  }
}
