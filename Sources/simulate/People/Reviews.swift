import Promotion

extension World {
  mutating func review(_ happening: Happening, _ random: inout Random) {
    if happening == .reopen {
      reopen(&random)
      return
    }
    guard let name = random.pick(forge.open.keys.sorted()), let number = forge.open[name] else { return }
    let person = random.pick(Self.people) ?? "ann"
    switch happening {
    case .approve:
      // Most take back what they are asked to; and a person who reads slowly approves of what was there.
      forge.requests[number].approvals[person] = forge.requests[number].head.id
    case .object: forge.requests[number].objections.insert(person)
    case .withdrawObjection: forge.requests[number].objections = []
    case .label: forge.requests[number].hasLabel.toggle()
    case .close: close(number, by: person)
    case .commitToBranch:
      guard let tip = forge.branches[name]?.last else { return }
      var commit = tip
      commit.id = makeID()
      commit.by = person
      forge.branches[name]?.append(commit)
      forge.requests[number].head = commit
    default: return
    }
    forge.version += 1
    note("\(person): \(happening) #\(number)")
  }

  /// Only while its branch is there, and none is open for it.
  private mutating func reopen(_ random: inout Random) {
    let closed = forge.requests.filter { request in
      request.isRefused && forge.open[request.branch] == nil && forge.branches[request.branch]?.last?.id == request.head.id
    }
    guard let request = random.pick(closed) else { return }
    forge.requests[request.number].state = .open
    forge.open[request.branch] = request.number
    forge.closedHeads.remove(request.head.id)
    forge.version += 1
    oracle.reopened(request.number, tick: tick)
    note("reopen #\(request.number)")
  }
}
