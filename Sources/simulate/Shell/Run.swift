import Promotion

/// One run of the chain, step by step. Each job looks, decides, and carries out one effect at a time; between two of them
/// anything may happen, and the run may die.
struct Run: Sendable {
  enum Job: Int, Sendable { case discover, check, bump, propose, merge, apply, done }

  let id: Int
  var job = Job.discover
  var look: Look?
  var effects: [Effect] = []
  /// How often the job has looked: a job that is never satisfied ends all the same.
  var passes = 0
  /// Another run walked the base meanwhile: look again.
  var isOutrun = false

  var isDone: Bool { job == .done }
}

/// Something that changes a store, or starts an upgrade.
enum Effect: Sendable {
  case discover
  case check(CheckLook)
  /// Says whose the commit is, before anybody can find it.
  case record(BranchName, BranchCommit, PlannedPromotion?)
  case push(BranchName, over: Int?, BranchCommit)
  case open(BranchName, head: Int)
  case close(Int)
  case remove(BranchName, tip: Int)
  /// A required gate has failed.
  case gate(Slot, VersionTuple)
  case land(Request, [ClusterName: Hold.Taken])
  case claim([ClusterPart])
  case start(ClusterPart, VersionTuple)
  case end(ClusterPart, VersionTuple)
}

extension World {
  /// Makes the run's next effect, or finds that it is done.
  mutating func advance(_ run: inout Run) {
    tick += 1
    while !run.isDone {
      if !run.effects.isEmpty {
        let effect = run.effects.removeFirst()
        perform(effect, &run)
        return
      }
      if run.passes < 6 {
        run.passes += 1
        run.effects = effects(of: &run)
        if !run.effects.isEmpty {
          // What was looked at is what is carried out, whatever happens before.
          return
        }
      }
      run.job = Run.Job(rawValue: run.job.rawValue + 1) ?? .done
      run.passes = 0
      run.look = nil
    }
  }

  mutating func complete(_ run: inout Run) { while !run.isDone { advance(&run) } }

  private mutating func effects(of run: inout Run) -> [Effect] {
    switch run.job {
    case .discover: return run.passes == 1 && hasNews ? [.discover] : []
    case .check:
      if run.passes > 1, !run.isOutrun { return [] }
      return [.check(observe())]
    case .bump:
      let look = look()
      run.look = look
      if run.passes == 1 { explain(look) }
      return isForgeSilent ? [] : bump(look)
    case .propose:
      let look = look()
      run.look = look
      return isForgeSilent ? [] : propose(look)
    case .merge:
      let look = look()
      run.look = look
      return isForgeSilent ? [] : merge(look)
    case .apply:
      guard
        policy.stages.contains(where: \.applies) || policy.stages.contains(where: { $0.own.values.contains(where: \.applies) })
      else { return [] }
      let look = look()
      run.look = look
      return apply(look)
    case .done: return []
    }
  }

  private var hasNews: Bool {
    upstream.contains { component, releases in
      let seen = ledger.seen[component] ?? []
      return seen.count != releases.count || zip(seen, releases).contains { $0.withdrawn != $1.isWithdrawn }
    }
  }

  private mutating func perform(_ effect: Effect, _ run: inout Run) {
    switch effect {
    case .discover: discover()
    case .check(let seen): run.isOutrun = !check(seen)
    case .record(let name, let commit, let planned): record(name, commit, planned)
    case .push(let name, let tip, let commit): push(name, over: tip, commit)
    case .open(let name, let head): open(name, head: head, run.look)
    case .gate(let slot, let tuple):
      ledger.red[slot, default: []].insert(tuple)
      ledger.version += 1
    case .close(let number): close(number, by: Self.sluice)
    case .remove(let name, let tip): remove(name, tip: tip)
    case .land(let request, let moves): if let look = run.look { land(request, moves, look) }
    case .claim(let parts): if let look = run.look { run.effects += claim(parts, look, by: run.id) }
    case .start(let part, let tuple): start(part, tuple)
    case .end(let part, let tuple): end(part, tuple, by: run.id)
    }
  }

  private mutating func discover() {
    for (component, releases) in upstream {
      var seen = ledger.seen[component] ?? []
      for (index, release) in releases.enumerated() {
        if index < seen.count {
          seen[index].withdrawn = release.isWithdrawn
        } else {
          seen.append(
            SeenVersion(
              version: release.version, first: Timestamp(seconds: now), index: index, withdrawn: release.isWithdrawn))
        }
      }
      ledger.seen[component] = seen
    }
    ledger.seenVersion += 1
    ledger.version += 1
  }
}
