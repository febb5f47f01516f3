package import Promotion

/// Up to which commit the base's history has been walked.
package struct CursorRecord: LedgerRecord {
  package static let kind = RecordKind.cursors

  package var branch: String
  package var commit: String
  package var at: Timestamp

  package init(branch: String, commit: String, at: Timestamp) {
    self.branch = branch
    self.commit = commit
    self.at = at
  }

  package var subject: String { branch }

  package init(from members: Members) throws(MalformedRecord) {
    branch = try members.text("branch")
    commit = try members.text("commit")
    at = try members.moment("at")
  }

  package func write(to members: inout Members) {
    members.set("branch", branch)
    members.set("commit", commit)
    members.set("at", at)
  }
}

/// The commits that Sluice pushed to one of its branches: over these, and only these, it may replace the branch.
package struct TipRecord: LedgerRecord {
  package static let kind = RecordKind.tips

  package var branch: String
  /// Written before the push; the last one is what was meant to be the tip.
  package var commits: [String]
  package var at: Timestamp

  package init(branch: String, commits: [String], at: Timestamp) {
    self.branch = branch
    self.commits = commits
    self.at = at
  }

  package var subject: String { branch }

  package init(from members: Members) throws(MalformedRecord) {
    branch = try members.text("branch")
    commits = try members.texts("commits")
    at = try members.moment("at")
  }

  package func write(to members: inout Members) {
    members.set("branch", branch)
    members.set("commits", commits)
    members.set("at", at)
  }
}
