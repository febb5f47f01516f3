import Promotion

extension World {
  /// The first that may land: it moves the base, and the others are judged again on that.
  func merge(_ look: Look) -> [Effect] {
    for (name, number) in look.forge.open.sorted(by: { $0.key < $1.key }) {
      let request = look.forge.requests[number]
      if isRed(request.head.to), look.ledger.red[name.slot]?.contains(request.head.to) != true {
        return [.gate(name.slot, request.head.to)]
      }
      guard request.objections.isEmpty, !isRed(request.head.to), isApproved(request, look),
        let changes = effective(request.head, name.kind, name.slot, on: look.tree), !changes.isEmpty,
        changes.count == request.head.moves.count, mayLand(request, changes, look)
      else { continue }
      return [.land(request, changes)]
    }
    return []
  }

  private func isApproved(_ request: Request, _ look: Look) -> Bool {
    let slot = request.branch.slot
    let needed =
      switch request.branch.kind {
      case .promote: look.planner.neededApprovals(slot, request.head.to)
      case .takeBack: look.planner.neededApprovalsOfTakeBack(slot)
      case .consolidate: stage(slot).approvals
      }
    return request.approvalsOfHead >= needed
  }

  private func mayLand(_ request: Request, _ changes: [ClusterName: Hold.Taken], _ look: Look) -> Bool {
    let slot = request.branch.slot
    switch request.branch.kind {
    case .promote:
      return look.planner.mayMerge(slot, tuple: request.head.to, clusters: Set(changes.keys)) == .allowed
    case .takeBack: return look.planner.mayMergeTakeBack(slot, to: changes.mapValues(\.to))
    case .consolidate:
      guard case .consolidate(let tidy) = look.decide(slot) else { return false }
      return Set(tidy.clusters) == Set(changes.keys) && !request.hasLabel
    }
  }

  /// Swaps the base's tip, and the request with it, if both are still what was judged. The clock is read now (trap 27).
  mutating func land(_ request: Request, _ changes: [ClusterName: Hold.Taken], _ look: Look) {
    let slot = request.branch.slot
    if request.branch.kind == .promote, without.contains(.windowsCount) == false,
      calendars[slot]?.closure(at: Timestamp(seconds: now)) != nil
    {
      return
    }
    guard tip == look.base, forge.requests[request.number] == request else {
      figures.lostRaces += 1
      return
    }
    judgeLanding(request, changes, look)
    var after = tree
    for (name, taken) in changes {
      after[name]?.desired.merge(taken.to.versions) { $1 }
      if request.branch.kind == .consolidate {
        after[name]?.overrides.remove(slot.group)
      } else {
        after[name]?.overrides.insert(slot.group)
      }
    }
    forge.requests[request.number].state = .merged
    forge.open[request.branch] = nil
    forge.branches[request.branch] = nil
    forge.version += 1
    switch request.branch.kind {
    case .promote: (figures.merges, figures.waves) = (figures.merges + 1, figures.waves + (stage(slot).waves.count > 1 ? 1 : 0))
    case .takeBack: figures.takeBacks += 1
    case .consolidate: figures.consolidations += 1
    }
    commit(after, by: Self.sluice, isPromotion: request.branch.kind == .promote, "land #\(request.number)")
  }

  /// A commit on the base, by anybody.
  mutating func commit(_ tree: Tree, by: String, isPromotion: Bool, _ words: String) {
    let before = self.tree
    commits.append(BaseCommit(by: by, at: now, isPromotion: isPromotion, tree: tree))
    note("base \(tip) by \(by): \(words) \(differences(before, tree))")
    var told = oracle
    // It alone has what it tells of, so nothing is copied.
    oracle = Oracle()
    told.followed(self, before: before, isPromotion: isPromotion)
    oracle = told
    settleMachines()
  }

  private func differences(_ before: Tree, _ after: Tree) -> String {
    let names = Set(before.keys).union(after.keys).sorted()
    return names.compactMap { name in
      let (a, b) = (before[name], after[name])
      if a == b { return nil }
      func text(_ site: Site?) -> String {
        site.map { "\($0.stage):\(VersionTuple($0.desired).short)\($0.isPinned ? "!" : "")" } ?? "-"
      }
      return "\(name) \(text(a))→\(text(b))"
    }.joined(separator: ", ")
  }
}
