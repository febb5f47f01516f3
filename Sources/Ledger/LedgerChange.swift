/// One record to write or to remove.
package struct LedgerChange: Sendable {
  enum Action: Sendable {
    case put(any LedgerRecord)
    case remove
  }

  let kind: RecordKind
  let parts: [String]
  /// The subject as the commit's message names it.
  let words: String
  let action: Action
  let replacesDamaged: Bool
  /// Reads the file that stands there as a record of this kind.
  let inspect: @Sendable (_ bytes: [UInt8], _ path: String, _ policy: String) -> RecordFile.State

  /// Writes a record; nothing happens where it says so already.
  ///
  /// - Parameter replacesDamaged: whether a file that can't be read is written over. Without it that is an error: what
  ///   it knew would be lost.
  package static func put<R: LedgerRecord>(_ record: R, replacesDamaged: Bool = false) -> LedgerChange {
    LedgerChange(
      kind: R.kind, parts: R.parts(of: record.subject), words: words(record.subject), action: .put(record),
      replacesDamaged: replacesDamaged, inspect: { RecordFile.state(of: $0, at: $1, policy: $2, as: R.self) })
  }

  /// Removes the record of a subject; nothing happens where there is none.
  package static func remove<R: LedgerRecord>(
    _ type: R.Type, _ subject: R.Subject, replacesDamaged: Bool = false
  ) -> LedgerChange {
    LedgerChange(
      kind: R.kind, parts: R.parts(of: subject), words: words(subject), action: .remove,
      replacesDamaged: replacesDamaged, inspect: { RecordFile.state(of: $0, at: $1, policy: $2, as: R.self) })
  }

  private static func words(_ subject: some Hashable) -> String {
    let text =
      switch subject {
      case let name as String: name
      case let name as String?: name ?? "everything"
      case let part as ClusterPart: "\(part.cluster) \(part.part)"
      case let tuple as SlotTuple: tuple.words
      default: "\(subject)"
      }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}

extension LedgerChange {
  /// The message of a commit: what was said to be done, which subjects changed (the first of each kind by name), and
  /// whose policy it is.
  static func message(_ subject: String, _ changes: [LedgerChange], policy: String) -> String {
    var lines: [String] = []
    for (kind, changes) in Dictionary(grouping: changes, by: \.kind).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let names = changes.map { if case .remove = $0.action { "\($0.words) (removed)" } else { $0.words } }.sorted()
      let more = names.count > 12 ? " and \(names.count - 12) more" : ""
      lines.append("\(kind.rawValue): \(names.prefix(12).joined(separator: ", "))\(more)")
    }
    return "\(subject)\n\n\(lines.joined(separator: "\n"))\n\nSluice-Policy: \(policy)\n"
  }
}
