/// All records of one kind at one tip of the ledger, and the files among them that can't be read.
package struct Records<R: LedgerRecord>: Sendable {
  package internal(set) var values: [R.Subject: R] = [:]
  /// What is wrong with each file that can't be read, by its path.
  package internal(set) var damaged: [String: String] = [:]
  let policy: String

  init(policy: String) { self.policy = policy }

  /// The record of a subject; nil when there is none, and when its file is damaged: ask `damage(of:)` where these two
  /// must not be taken for one another.
  package subscript(subject: R.Subject) -> R? { values[subject] }

  /// What is wrong with the file of a subject: it is unknown then, never absent.
  package func damage(of subject: R.Subject) -> String? {
    damaged.isEmpty ? nil : damaged[R.path(of: subject, policy: policy)]
  }
}
