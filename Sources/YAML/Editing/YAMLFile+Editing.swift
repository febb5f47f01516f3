extension YAMLFile {
  /// Applies edits, all or none; gives the file's new bytes.
  ///
  /// Only the bytes of the values, and the lines of inserted and removed keys, change. The result is parsed again and
  /// compared, node by node over the whole stream, with what was meant.
  /// - Throws: `YAMLError` with its place, where a field is absent, ambiguous, given by an alias or a merge key, or can't
  ///   be edited exactly as it is written.
  package func applying(_ edits: [YAMLEdit]) throws(YAMLError) -> [UInt8] {
    var plan = EditPlan(storage)
    for edit in edits { try plan.add(edit) }
    try plan.finish()
    let bytes = try plan.patches().applied(to: storage)
    guard bytes != storage.bytes || plan.changesNothing else {
      throw plan.unsafe("nothing would change in the file")
    }
    let after: Storage
    do {
      after = try EventReader.read(bytes, name: name)
    } catch {
      throw plan.unsafe("the file would not parse afterwards (\(error.line):\(error.column): \(error.message))")
    }
    var verifier = EditVerifier(plan: plan, after: after)
    if let difference = verifier.difference() { throw plan.unsafe(difference) }
    return bytes
  }
}
