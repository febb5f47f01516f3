import Promotion

extension PromotionText {
  /// One component: where it comes from in all clusters, and where it goes.
  struct ComponentRow {
    var component: ComponentName
    var from: String
    var to: String
  }

  /// One effective change, and the clusters for which it is the same.
  struct ChangeRow {
    var clusters: [ClusterName]
    /// Whether these are all that the promotion moves, and more than one.
    var isAll: Bool
    var field: String
    var old: String?
    var new: String?
  }

  var componentRows: [ComponentRow] {
    if kind == .consolidate { return [] }
    func text(_ versions: [Version?]) -> String {
      ListText.joined(versions.map { $0.map(TupleText.version) ?? "absent" }, limit: 4)
    }
    return tuples.parts(promotion.to).map { component, version in
      ComponentRow(
        component: component, from: text(before(component)), to: text(kind == .takeBack ? after(component) : [version]))
    }
  }

  var changeRows: [ChangeRow] {
    let alike = Dictionary(grouping: changes) { [$0.field, $0.old, $0.new] }
    let all = Set(promotion.from.keys)
    var written: Set<[String?]> = []
    return changes.compactMap { change in
      let key = [change.field, change.old, change.new]
      guard written.insert(key).inserted else { return nil }
      let names = Set(alike[key]?.map(\.cluster) ?? [])
      return ChangeRow(
        clusters: names.sorted(), isAll: names.count > 1 && names == all, field: change.field, old: change.old, new: change.new)
    }
  }
}
