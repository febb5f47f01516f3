import Fleet
import Git
import Promotion
import Synchronization

/// What a planned change makes of the base: the tree, proven exact.
struct PromotionContent: Sendable {
  let change: PlannedChange
  let changes: ChangeSet
  let tree: ObjectID
  let proof: Proof

  /// - Throws: `JobError.notExact` where the moves can't be written so that exactly they change, `FleetError`, `GitError`.
  static func make(_ change: PlannedChange, look: Look, workspace: Workspace) async throws -> PromotionContent {
    let recipe = Recipe(base: look.base.tree, promise: look.promise(change.moves), consolidation: change.consolidation)
    if let made = workspace.lastContents.withLock({ $0.first { $0.recipe == recipe } }) {
      return PromotionContent(change: change, changes: made.changes, tree: made.tree, proof: made.proof)
    }
    let changes = try await changeSet(change, recipe.promise, look)
    var files = changes.files.mapValues { Change.write($0) }
    for path in changes.emptied { files[path] = .remove }
    let tree = try await workspace.repository.writeTree(base: look.base.tree, changes: files)
    let after = try await workspace.fleets.fleet(at: tree)
    let proof = try await Prover.prove(recipe.promise, from: look.fleet, to: after)
    guard proof.isExact else { throw JobError.notExact(change.slot, proof.violations.map(\.description)) }
    let made = Made(recipe: recipe, changes: changes, tree: tree, proof: proof)
    workspace.lastContents.withLock { $0 = Array(([made] + $0).prefix(8)) }
    return PromotionContent(change: change, changes: changes, tree: tree, proof: proof)
  }

  fileprivate struct Recipe: Sendable, Equatable {
    let base: ObjectID
    let promise: Promise
    let consolidation: PlannedConsolidation?
  }

  /// What a promise makes of a base: the same, however often a run looks.
  struct Made: Sendable {
    fileprivate let recipe: Recipe
    fileprivate let changes: ChangeSet
    fileprivate let tree: ObjectID
    fileprivate let proof: Proof
  }

  private static func changeSet(_ change: PlannedChange, _ promise: Promise, _ look: Look) async throws -> ChangeSet {
    if case .consolidation(let planned) = change {
      guard let made = look.consolidations[planned.slot], made.clusters == planned.clusters else {
        throw JobError.notExact(planned.slot, ["the overrides can't be moved into a shared layer"])
      }
      return made.changes
    }
    do throws(FleetError) {
      return try await ChangeSet.make(look.fleet, moves: promise.moves)
    } catch {
      if error.problems.isEmpty { throw error }
      throw JobError.notExact(change.slot, error.problems.map(\.description))
    }
  }
}

extension Look {
  /// That clusters get a tuple's versions: of the components that each of them has.
  func promise(_ moves: [ClusterName: VersionTuple]) -> Promise {
    struct Case: Hashable {
      let present: [ComponentName: Version]
      let to: VersionTuple
    }
    var promised: [ClusterName: [ComponentName: Version]] = [:]
    var known: [Case: [ComponentName: Version]] = [:]
    for (name, to) in moves {
      let present = fleet.cluster(name)?.desired ?? [:]
      let it = Case(present: present, to: to)
      let versions = known[it] ?? to.versions.filter { present[$0.key] != nil }
      known[it] = versions
      promised[name] = versions
    }
    return Promise(moves: promised)
  }
}
