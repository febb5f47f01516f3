/// The effective value of a field: the last layer that says anything decides.
struct EffectiveLookup {
  /// By layer; nil where an optional file is absent.
  let facts: [FileFacts?]

  init(_ files: [ReadFile], _ table: FactTable) {
    facts = files.map { file in file.content.flatMap { table[0, $0] } }
  }

  /// What decides, and its layer; `.absent` and `.removed` both mean that the field is absent.
  func find(_ field: Int) -> (found: Found, layer: Int) {
    var layer = facts.count
    while layer > 0 {
      layer -= 1
      guard let found = facts[layer]?.found[field] else { continue }
      if case .absent = found { continue }
      return (found, layer)
    }
    return (.absent, 0)
  }
}
