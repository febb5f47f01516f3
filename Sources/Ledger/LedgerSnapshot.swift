package import Git

/// The records of one policy at one tip of the ledger. Reading is lazy; the values never change.
package struct LedgerSnapshot: Sendable {
  let contents: LedgerContents

  /// The commit that it is; nil where there is no ledger yet.
  package var tip: ObjectID? { contents.tip }

  /// All records of a kind.
  ///
  /// - Throws: `newerFormat` when one of them is of a newer format. Damaged ones are listed in the result.
  package func all<R: LedgerRecord>(_ type: R.Type) async throws(LedgerError) -> Records<R> {
    try await contents.all(type)
  }

  /// The record of one subject; nil where there is none.
  ///
  /// - Throws: `damaged` when its file can't be read, `newerFormat` when it is of a newer format.
  package func one<R: LedgerRecord>(_ type: R.Type, _ subject: R.Subject) async throws(LedgerError) -> R? {
    try await contents.one(type, subject)
  }
}
