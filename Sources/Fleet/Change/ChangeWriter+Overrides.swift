import Promotion
import YAML

extension ChangeWriter {
  /// Plans a value in the cluster's own file for each move, or says why there can't be one.
  mutating func write(_ overrides: [Inheritor]) {
    let readers = readers(of: Set(overrides.compactMap { ownFile($0)?.path }))
    var fields: [String: [(inheritors: [Inheritor], field: FieldPath)]] = [:]
    for override in overrides {
      guard let value = value(override) else { continue }
      let component = components[override.component]
      if let reason = refusal(override, component, value, readers) {
        let what =
          "component \(component.name) can't be moved alone in \(fleet.clusters[override.cluster].name): \(reason.message)"
        problems.add(Problem(what, at: value.definition.place, hint: reason.hint), cluster: nil)
      } else if let own = ownFile(override) {
        contents[own.path] = own.content
        let known = fields[own.path, default: []].firstIndex { $0.field == component.field }
        if let known {
          fields[own.path]?[known].inheritors.append(override)
        } else {
          fields[own.path, default: []].append(([override], component.field))
        }
      }
    }
    for (path, rows) in fields.sorted(by: { $0.key < $1.key }) {
      for row in rows { insert(row.inheritors, row.field, into: path) }
    }
  }

  private mutating func insert(_ inheritors: [Inheritor], _ field: FieldPath, into path: String) {
    guard let first = inheritors.first, let value = value(first) else { return }
    var targets: [Int: Version] = [:]
    for inheritor in inheritors { targets[inheritor.component] = target(inheritor) }
    let cluster = fleet.clusters[first.cluster]
    let present = components.indices.filter {
      components[$0].field == field && components[$0].file == nil && cluster.components[components[$0].name] != nil
    }
    guard let change = change(value.text, targets, among: Set(present)) else {
      let names = targets.keys.sorted().map { components[$0].name }.joined(separator: ", ")
      problems.add(
        Problem(
          "\"\(value.text.prefix(120))\" can't hold the new version of \(names)", at: value.definition.place,
          hint: "a {digest} needs version@digest"),
        cluster: cluster.name)
      return
    }
    let style: ScalarStyle? = value.isString && !Self.isString(change.text) ? .double : nil
    edits[path, default: []].append(YAMLEdit(path: field, operation: .insert(change.text, style: style)))
    for inheritor in inheritors {
      result.overrides.append(
        ChangeSet.Override(
          cluster: cluster.name, component: components[inheritor.component].name, path: path, field: field, value: change.text))
    }
  }

  private static func isString(_ plain: String) -> Bool {
    (try? YAMLFile(Array(plain.utf8), name: "").documents.first?.root?.resolvesToString) ?? false
  }

  func ownFile(_ inheritor: Inheritor) -> ReadFile? {
    guard components[inheritor.component].file == nil else { return nil }
    return fleet.policy.fleet.ownLayer.map { fleet.clusters[inheritor.cluster].layers[$0] }
  }

  /// How many clusters read each of some files.
  func readers(of paths: Set<String>) -> [String: Int] {
    var readers: [String: Int] = [:]
    if paths.isEmpty { return readers }
    for cluster in fleet.clusters {
      var own: Set<String> = []
      for file in cluster.layers where paths.contains(file.path) { own.insert(file.path) }
      for file in cluster.files.values where paths.contains(file.path) { own.insert(file.path) }
      for path in own { readers[path, default: 0] += 1 }
    }
    return readers
  }

  /// Why an override can't be written, with what to do; nil where it can.
  private func refusal(
    _ inheritor: Inheritor, _ component: ComponentSettings, _ value: EffectiveValue, _ readers: [String: Int]
  ) -> (message: String, hint: String)? {
    guard let own = ownFile(inheritor), let ownLayer = fleet.policy.fleet.ownLayer else {
      return component.file == nil
        ? ("no layer is the cluster's own", "add a layer with {cluster} in its path")
        : ("what \(value.definition.path) gives others would change too", "give each cluster its own file, or move them together")
    }
    if let layer = value.definition.layer, layer > ownLayer {
      return ("a later layer than its own file gives the value", "put the layer with {cluster} last")
    }
    if readers[own.path, default: 0] > 1 {
      return ("other clusters read \(own.path) too", "give each cluster its own file")
    }
    if !component.field.steps.allSatisfy({ if case .key = $0 { true } else { false } }) {
      return ("an element of a list can't be overridden alone", "write the whole list into \(own.path)")
    }
    if value.definition.path == own.path, let file = parsed[own.path],
      let anchor = EditSite.aliasedAnchor(at: component.field, in: file)
    {
      return ("the anchor &\(anchor) gives other values too", "write the version itself in place of the alias")
    }
    if let file = parsed[own.path], let anchor = EditSite.sharedAnchor(above: component.field, in: file) {
      return (
        "a key added below the anchor &\(anchor) in \(own.path) would appear elsewhere too", "write the value there by hand"
      )
    }
    return nil
  }
}
