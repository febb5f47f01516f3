/// Compares an edited stream, node by node, with what the edits meant.
struct EditVerifier {
  let plan: EditPlan
  let after: Storage
  private var before: Storage { plan.storage }
  /// The node of the edited stream for each of the old one.
  private var twins: [Int: Int] = [:]

  init(plan: EditPlan, after: Storage) {
    self.plan = plan
    self.after = after
  }

  /// What differs from what was meant; nil where nothing does.
  mutating func difference() -> String? {
    if !plan.first.isEmpty {
      guard after.documents.count == 1 else { return "the file would have \(after.documents.count) documents" }
      return difference(ofNew: plan.first, after.documents[0].root)
    }
    var rest = before.documents[...]
    for document in after.documents {
      // A document emptied whole may vanish, where no marker keeps it.
      while let first = rest.first, plan.emptiedRoots.contains(first.root), !first.hasMarker,
        !YAMLNode(storage: after, index: document.root).isEmptyText
      {
        rest = rest.dropFirst()
      }
      guard let old = rest.popFirst() else { return "a document would be added" }
      guard old.hasMarker == document.hasMarker else { return "a document marker would change" }
      if plan.emptiedRoots.contains(old.root) {
        guard YAMLNode(storage: after, index: document.root).isEmptyText else { return "a document would not be empty" }
      } else if let found = difference(old.root, document.root) {
        return found
      }
    }
    let lost = rest.first { !plan.emptiedRoots.contains($0.root) }
    return lost == nil ? nil : "a document would be lost"
  }

  private mutating func difference(_ old: Int, _ new: Int) -> String? {
    twins[old] = new
    let left = before.records[old]
    let right = after.records[new]
    if let host = plan.hosts[old], left.kind == .scalar {
      guard before.properties(of: old) == after.properties(of: new) else { return changed(old) }
      return difference(ofNew: host.entries, new)
    }
    guard left.kind == right.kind else { return changed(old) }
    if left.kind == .alias { return twins[Int(left.link)] == Int(right.link) ? nil : changed(old) }
    guard before.properties(of: old) == after.properties(of: new) else { return changed(old) }
    switch left.kind {
    case .scalar: return isAsMeant(old, new) ? nil : changed(old)
    case .sequence:
      guard left.isFlow == right.isFlow else { return changed(old) }
      return difference(before.children(old), after.children(new), old)
    default: return difference(ofMapping: old, new)
    }
  }

  private func isAsMeant(_ old: Int, _ new: Int) -> Bool {
    let left = before.records[old]
    let right = after.records[new]
    guard let change = plan.changes[old] else {
      return left.style == right.style && before.textBytes(old) == after.textBytes(new)
    }
    guard after.textBytes(new).elementsEqual(change.text) else { return false }
    if let style = change.style { return right.style == style }
    let isQuoted = right.style == .single || right.style == .double
    return left.style == right.style || left.style == .plain && isQuoted || left.style == .single && right.style == .double
  }

  private mutating func difference(ofMapping old: Int, _ new: Int) -> String? {
    let left = before.records[old]
    let right = after.records[new]
    guard left.isFlow == right.isFlow || plan.isEmptied(old) && right.isFlow else { return changed(old) }
    let removed = plan.removals[old] ?? []
    var kept: [Int] = []
    let children = before.children(old)
    for at in children.indices where !removed.contains(children[at - at % 2]) { kept.append(children[at]) }
    let news = after.children(new)
    let added = plan.hosts[old]?.entries ?? []
    guard news.count == kept.count + 2 * added.count else { return changed(old) }
    if let found = difference(kept, Array(news.prefix(kept.count)), old) { return found }
    return difference(ofNew: added, Array(news.dropFirst(kept.count)))
  }

  private mutating func difference(_ old: [Int], _ new: [Int], _ parent: Int) -> String? {
    guard old.count == new.count else { return changed(parent) }
    for (left, right) in zip(old, new) {
      if let found = difference(left, right) { return found }
    }
    return nil
  }

  // MARK: New keys

  private func difference(ofNew entries: [EditPlan.NewEntry], _ mapping: Int) -> String? {
    guard after.records[mapping].kind == .mapping else { return "the new key would not be in a mapping" }
    return difference(ofNew: entries, after.children(mapping))
  }

  private func difference(ofNew entries: [EditPlan.NewEntry], _ children: [Int]) -> String? {
    guard children.count == 2 * entries.count else { return "another number of keys would be added" }
    for (place, entry) in entries.enumerated() {
      let key = YAMLNode(storage: after, index: children[2 * place])
      let value = YAMLNode(storage: after, index: children[2 * place + 1])
      guard !key.isAlias, key.hasText(entry.key.utf8), key.tag == nil, key.anchor == nil, !value.isAlias, value.record.link < 0
      else { return "the new key \(entry.key) would read otherwise" }
      switch entry.content {
      case .scalar(let text, let style):
        guard value.hasText(text.utf8), style == nil || value.style == style else {
          return "the new value of \(entry.key) would read otherwise"
        }
      case .mapping(let below):
        if let found = difference(ofNew: below, value.index) { return found }
      }
    }
    return nil
  }

  private func changed(_ old: Int) -> String {
    let path = before.path(to: old)
    let place = before.place(Int(before.records[old].value))
    return "\(path.steps.isEmpty ? "the document" : path.description) at \(place) would change"
  }
}
