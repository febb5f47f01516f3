import Fleet
import Forge
import Git
import Host
import Ledger
import Promotion
import Report
import YAML

/// Gathers the facts of a promotion for its commit and its request.
struct PromotionWords {
  let look: Look
  let workspace: Workspace

  /// What is about to be pushed.
  func text(_ content: PromotionContent) -> PromotionText {
    var text = text(content.change, content.proof)
    text.edits = Self.edits(content.changes)
    return text
  }

  /// What a branch would land now; nil where it has nothing to say: a conflict, or commits that Sluice did not make.
  func text(_ branch: PromotionBranch) async throws -> PromotionText? {
    guard let tree = branch.tree, let trailers = branch.trailers, let after = try? await workspace.fleets.fleet(at: tree) else {
      return nil
    }
    let proof = try await Prover.prove(Promise(moves: [:]), from: look.fleet, to: after)
    // A consolidation changes no cluster: those that it is about are the plan's.
    let clusters =
      branch.kind == .consolidate
      ? Set(look.planner.wantedConsolidation(branch.slot)?.clusters ?? []) : Set(proof.changes.map(\.cluster))
    guard !clusters.isEmpty else { return nil }
    let group = look.situation.policy.group(branch.slot.group)
    let from = Dictionary(
      uniqueKeysWithValues: clusters.map { name in
        (name, look.fleet.cluster(name)?.desired.tuple(of: group ?? Group(name: "", components: [])) ?? VersionTuple([:]))
      })
    var text = text(change(branch, trailers, from, after), proof)
    text.ledgerTip = trailers.ledger
    if branch.kind == .consolidate {
      text.edits = (look.consolidations[branch.slot]?.changes).map(Self.edits) ?? []
    } else {
      let files = try await workspace.repository.diff(look.base.tree, tree)
      let edits = edits(in: clusters, group?.components ?? [], after: after)
      text.edits = files.flatMap { file in
        edits[file.path] ?? [PromotionText.FileEdit(path: file.path, what: file.old == nil ? "created" : "edited")]
      }
    }
    text.gates = gates(branch)
    text.approvals.givenBy = branch.approvals
    return text
  }

  /// What a branch does, as if it were planned.
  private func change(
    _ branch: PromotionBranch, _ trailers: PromotionTrailers, _ from: [ClusterName: VersionTuple], _ after: ResolvedFleet
  ) -> PlannedChange {
    if branch.kind == .consolidate {
      return .consolidation(PlannedConsolidation(slot: branch.slot, tuple: trailers.to, clusters: from.keys.sorted()))
    }
    guard branch.kind == .takeBack else {
      let wave = WavePlace(number: trailers.wave.number, of: trailers.wave.count)
      return .promotion(PlannedPromotion(slot: branch.slot, to: trailers.to, from: from, wave: wave))
    }
    let to = look.moves(branch, trailers.to, Set(from.keys), after)
    var planned = PlannedTakeBack(slot: branch.slot, moves: [:], because: .held([]))
    if case .takeBack(let now) = look.planner.decide(branch.slot) { planned = now }
    planned.moves = from.mapValues { Hold.Taken(from: $0, to: $0) }
    for (name, tuple) in to { planned.moves[name]?.to = tuple }
    return .takeBack(planned)
  }

  private func text(_ change: PlannedChange, _ proof: Proof) -> PromotionText {
    let policy = look.situation.policy
    let planned = change.asPromotion
    let slot = planned.slot
    var text = PromotionText(
      kind: change.kind, policy: policy.name, promotion: planned, components: policy.group(slot.group)?.components ?? [],
      clusterDigest: Self.digest(planned.clusters).hex, ledgerTip: look.ledger.tip?.hex,
      appliesItself: workspace.policy.stage(slot.stage)?.apply != nil, changes: rows(proof.changes))
    switch change {
    case .promotion:
      text.approvals.needed = look.planner.neededApprovals(slot, planned.to)
      text.evidence = evidence(planned)
      text.discoveries = discoveries(planned)
      text.alreadyThere = look.situation.clusters.filter { state in
        state.stages[slot.group] == slot.stage && planned.from[state.name] == nil
          && planned.to.versions.allSatisfy { state.desired[$0] == $1 }
      }.map(\.name)
      text.canGoBack = planned.from.values.allSatisfy { look.planner.goesBack(planned.to, $0) }
    case .takeBack(let planned):
      text.approvals.needed = look.planner.neededApprovalsOfTakeBack(slot)
      text.back = planned.moves.mapValues(\.to)
      text.stranded = planned.stranded
      text.because = because(planned)
    case .consolidation:
      text.approvals.needed = policy.stage(slot)?.approvals ?? 1
    }
    return text
  }

  /// Why something is taken back, in sentences.
  private func because(_ planned: PlannedTakeBack) -> [String] {
    let policy = look.situation.policy
    switch planned.because {
    case .held(let holds): return holds.map { HoldText($0, policy: policy, now: look.now).line + "." }
    case .failed(let tuples):
      return tuples.map { tuple in
        let clusters = look.planner.failedOn(planned.slot, tuple)
        let reason = Reason(.failed(stage: planned.slot.stage, tuple: tuple, clusters: clusters))
        return ReasonText(slot: planned.slot, policy: policy, now: look.now).statement(reason) + "."
      }
    }
  }

  private static func edits(_ changes: ChangeSet) -> [PromotionText.FileEdit] {
    changes.definitions.map { PromotionText.FileEdit(path: $0.path, what: "\($0.field): \($0.from) to \($0.to)") }
      + changes.overrides.map { PromotionText.FileEdit(path: $0.path, what: "\($0.field): \($0.value)") }
      + changes.removed.map { PromotionText.FileEdit(path: $0.path, what: "\($0.field): \($0.value) removed") }
  }

  /// What each file gives these clusters anew, by path.
  private func edits(
    in clusters: Set<ClusterName>, _ components: [ComponentName], after: ResolvedFleet
  ) -> [String: [PromotionText.FileEdit]] {
    var edits: [String: [PromotionText.FileEdit]] = [:]
    var written: Set<[String]> = []
    let fields = Dictionary(
      components.map { ($0, workspace.policy.component($0)?.field.description ?? $0) }, uniquingKeysWith: { first, _ in first })
    for (cluster, component) in clusters.sorted().flatMap({ cluster in components.map { (cluster, $0) } }) {
      let old = look.fleet.cluster(cluster)?.components[component]
      guard let new = after.cluster(cluster)?.components[component], new.version != old?.version else { continue }
      let path = new.definition.path
      let field = fields[component] ?? component
      let from = old.flatMap { $0.definition.path == path ? "\($0.version.text) to " : nil } ?? ""
      let what = "\(field): \(from)\(new.version.text)"
      if written.insert([path, what]).inserted {
        edits[path, default: []].append(PromotionText.FileEdit(path: path, what: what))
      }
    }
    return edits
  }

  private func rows(_ changes: [EffectiveChange]) -> [PromotionText.EffectiveChange] {
    let fields = Dictionary(
      workspace.policy.components.map { ($0.name, $0.field.description) }, uniquingKeysWith: { first, _ in first })
    return changes.map { change in
      PromotionText.EffectiveChange(
        cluster: change.cluster, field: fields[change.component] ?? change.component, old: change.from?.text,
        new: change.to?.text)
    }
  }

  /// Where the tuple has qualified, in the stages that this one follows.
  private func evidence(_ planned: PlannedPromotion) -> [PromotionText.Evidence] {
    let after = look.situation.policy.stage(planned.slot.stage)?.after ?? []
    return after.compactMap { stage in
      let slot = Slot(stage: stage, group: planned.slot.group)
      guard
        let record = look.records.qualified.values.values.filter({ $0.slot == slot && planned.to.isPart(of: $0.tuple) })
          .max(by: { $0.at < $1.at })
      else { return nil }
      return PromotionText.Evidence(
        stage: stage, tuple: record.tuple, qualifiedAt: record.at, clusters: record.clusters)
    }
  }

  /// Since when the versions are known, for a first stage.
  private func discoveries(_ planned: PlannedPromotion) -> [PromotionText.Discovery] {
    guard look.situation.policy.stage(planned.slot.stage)?.after.isEmpty ?? true else { return [] }
    return planned.to.versions.sorted { $0.key < $1.key }.compactMap { component, version in
      look.situation.seen[component]?.first { $0.version == version }.map {
        PromotionText.Discovery(component: component, version: version, published: $0.date, firstSeen: $0.first)
      }
    }
  }

  private func gates(_ branch: PromotionBranch) -> [PromotionText.GateResult] {
    let results = look.gates[branch.place]?.results ?? [:]
    return (look.situation.policy.stage(branch.slot)?.gates ?? []).map { name in
      guard let record = results[name] else { return PromotionText.GateResult(name: name, state: .waiting) }
      let passed = record.result == .passed
      return PromotionText.GateResult(name: name, state: passed ? .passed : .failed, detail: record.output ?? "")
    }
  }

  /// How a trailer names clusters.
  static func digest(_ clusters: Set<ClusterName>) -> PromotionTrailers.ClusterDigest {
    PromotionTrailers.ClusterDigest(
      count: clusters.count, hex: String(SHA256Digest.hex(clusters.sorted().joined(separator: "\n").utf8).prefix(16)))
  }
}
