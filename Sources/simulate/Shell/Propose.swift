import Promotion

extension World {
  func propose(_ look: Look) -> [Effect] {
    look.forge.branches.sorted { $0.key < $1.key }.flatMap { name, commits -> [Effect] in
      guard let tip = commits.last else { return [] }
      let request = look.forge.request(name)
      // Its request was closed: never opened again from the same tip (trap 9).
      if look.forge.closedHeads.contains(tip.id), request == nil {
        return look.ledger.tips.contains(tip.id) && tip.by == Self.sluice && !isWanted(name, look)
          ? [.remove(name, tip: tip.id)] : []
      }
      switch treatment(name, look) {
      case .close:
        let close = request.map { [Effect.close($0.number)] } ?? []
        return tip.by == Self.sluice ? close + [.remove(name, tip: tip.id)] : close
      case .keep: return request == nil ? [.open(name, head: tip.id)] : []
      case .leave: return []
      }
    }
  }

  private enum Treatment { case keep, leave, close }

  private func treatment(_ name: BranchName, _ look: Look) -> Treatment {
    switch name.kind {
    case .promote:
      switch look.planner.treatment(name.slot) {
      case .keep?: .keep
      case .closeMoot(.noClusters)?: .leave
      case .closeMoot?: .close
      default: .leave
      }
    case .takeBack:
      switch look.planner.takeBackTreatment(name.slot) {
      case .keep?: .keep
      case .closeMoot?: .close
      default: .leave
      }
    case .consolidate: isWanted(name, look) ? .keep : .close
    }
  }

  private func isWanted(_ name: BranchName, _ look: Look) -> Bool {
    switch (look.decide(name.slot), name.kind) {
    case (.consolidate(let tidy), .consolidate): Set(tidy.clusters) == look.forge.branches[name]?.last.map { Set($0.moves.keys) }
    case (.promote, .promote), (.takeBack, .takeBack): true
    default: false
    }
  }

  mutating func open(_ name: BranchName, head: Int, _ look: Look?) {
    // The forge refuses a second one for a branch, and one for a branch that is gone.
    guard forge.open[name] == nil, let tip = forge.branches[name]?.last else { return }
    // Where it was closed since that was looked at, nobody could know.
    if look?.forge.closedHeads.contains(tip.id) == true { violate("L2", "what was closed is opened again (trap 9)") }
    let request = Request(number: forge.requests.count, branch: name, head: tip, openedAt: now)
    forge.requests.append(request)
    forge.open[name] = request.number
    forge.version += 1
    note("open #\(request.number) \(name.kind) \(name.slot.stage)/\(name.slot.group) \(tip.to.short) \(tip.moves.keys.sorted())")
  }

  mutating func close(_ number: Int, by: String) {
    guard forge.requests[number].isOpen else { return }
    let request = forge.requests[number]
    forge.requests[number].state = .closed(by: by)
    forge.requests[number].closedAt = now
    forge.requests[number].hadMovedOn = request.head.moves.keys.allSatisfy { name in
      guard let site = tree[name] else { return true }
      return !isOlder(site.tuple(group(request.branch.slot)), request.head.to)
    }
    forge.open[request.branch] = nil
    forge.closedHeads.insert(request.head.id)
    forge.version += 1
    note("close #\(number) \(request.head.to.short) by \(by)")
    if by != Self.sluice { oracle.closed(forge.requests[number], tick: tick) }
  }

  mutating func remove(_ name: BranchName, tip: Int) {
    guard forge.branches[name]?.last?.id == tip else { return }
    if let number = forge.open[name] {
      // A forge closes the request of a branch that is removed; nobody else has said anything.
      close(number, by: Self.sluice)
    }
    forge.branches[name] = nil
    forge.version += 1
  }
}
