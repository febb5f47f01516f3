import Promotion

extension World {
  /// People take back, each in their way.
  mutating func revert(_ happening: Happening, _ random: inout Random) {
    let person = random.pick(Self.people) ?? "ann"
    var after = tree
    switch happening {
    case .revertRequest:
      // By button, by git revert, squashed: the content is what counts.
      let landed = forge.requests.filter { $0.state == .merged && $0.branch.kind == .promote }
      guard let request = random.pick(landed.suffix(4)) else { return }
      for (name, taken) in request.head.moves { put(name, group(request.branch.slot), from: taken.to, to: taken.from, &after) }
    case .revertOne:
      guard let name = random.pick(tree.keys.sorted()), let older = older(name, &random) else { return }
      after[name]?.desired = older
      after[name]?.overrides = []
    case .revertStage:
      guard let slot = random.pick(slots),
        let newest = counted(slot).map({ $0.site.tuple(group(slot)) }).max(by: { isOlder($0, $1) }),
        let low = lower(newest, &random)
      else { return }
      for (name, site) in tree where site.stage == slot.stage { put(name, group(slot), from: newest, to: low, &after) }
    case .goBackByHand:
      let names = tree.keys.sorted().filter { _ in random.chance(25) }
      for name in names {
        guard let older = older(name, &random) else { continue }
        after[name]?.desired = older
        after[name]?.overrides = []
      }
    case .revertRevert:
      let back = oracle.decisions.filter { $0.isActive && $0.commit != nil }
      guard let decision = random.pick(back) else { return }
      let isWhole = random.chance(70)
      for (name, taken) in decision.taken where after[name]?.stage == decision.slot.stage && (isWhole || random.chance(50)) {
        after[name]?.desired.merge(taken.from.versions) { $1 }
        after[name]?.overrides = []
      }
    default: return
    }
    if after == tree { return }
    commit(after, by: person, isPromotion: false, "\(happening)")
  }

  /// Values move forward by hand: to what upstream has, or to what others run.
  mutating func bump(_ isMany: Bool, _ random: inout Random) {
    guard let slot = random.pick(slots) else { return }
    let group = group(slot)
    let names = tree.filter { $0.value.stage == slot.stage }.keys.sorted()
    var after = tree
    guard let component = random.pick(group.components), let version = random.pick((upstream[component] ?? []).suffix(5))?.version
    else { return }
    for name in isMany ? names.filter({ _ in random.chance(50) }) : random.pick(names).map({ [$0] }) ?? [] {
      guard let old = after[name]?.desired[component], rank(old) < rank(version) else { continue }
      after[name]?.desired[component] = version
      after[name]?.overrides.remove(group.name)
    }
    if after == tree { return }
    commit(after, by: "eve", isPromotion: false, "bump by hand")
  }

  private func put(_ name: ClusterName, _ group: Group, from: VersionTuple, to: VersionTuple, _ tree: inout Tree) {
    guard tree[name]?.tuple(group) == from else { return }
    tree[name]?.desired.merge(to.versions) { $1 }
    tree[name]?.overrides.remove(group.name)
  }

  /// What a cluster desires, with one component or all older.
  func older(_ name: ClusterName, _ random: inout Random) -> [ComponentName: Version]? {
    guard let site = tree[name] else { return nil }
    return lower(VersionTuple(site.desired), &random)?.versions
  }

  private func lower(_ tuple: VersionTuple, _ random: inout Random) -> VersionTuple? {
    var low = tuple
    for (component, version) in tuple.versions.sorted(by: { $0.key < $1.key }) where random.chance(60) {
      let older = (upstream[component] ?? []).filter { $0.rank < rank(version) }.sorted { $0.rank < $1.rank }
      if let one = random.pick(older.suffix(4)) { low.versions[component] = one.version }
    }
    return low == tuple ? nil : low
  }
}
