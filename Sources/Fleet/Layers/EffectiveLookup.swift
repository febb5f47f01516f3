/// The effective value of a field: the last layer that says anything decides.
struct EffectiveLookup {
  private let files: [ReadFile]
  private let table: FactTable

  init(_ files: [ReadFile], _ table: FactTable) {
    self.files = files
    self.table = table
  }

  /// What decides, and its layer; `.absent` and `.removed` both mean that the field is absent.
  func find(_ field: Int) -> (found: Found, layer: Int) {
    var layer = files.count
    while layer > 0 {
      layer -= 1
      // Where an optional file is absent, it says nothing.
      guard let content = files[layer].content, let found = table[0, content]?.found[field] else { continue }
      if case .absent = found { continue }
      return (found, layer)
    }
    return (.absent, 0)
  }
}
