/// What a branch asks of what lands on it.
package struct Protection: Sendable {
  package enum Kind: Sendable {
    /// `branches/B/protection`, for administrators to read.
    case classic
    /// `rules/branches/B`, for everybody to read.
    case ruleset
  }

  package struct Check: Sendable {
    package var context: String
    /// Only this App's word counts.
    package var app: Int?

    package init(_ context: String, app: Int? = nil) {
      self.context = context
      self.app = app
    }
  }

  package var kind: Kind
  /// Nil: no pull request is asked for.
  package var approvals: Int?
  package var dismissesStale = false
  package var checks: [Check] = []
  /// Branches must be up to date.
  package var isStrict = false
  /// Only these may push; nil: whoever may write.
  package var pushers: [String]?
  package var isLinear = false
  package var needsSignatures = false
  package var hasMergeQueue = false
  /// Whom nothing of this binds (in a classic one, administrators where it is false).
  package var bypassers: [String] = []
  package var bindsAdministrators = true

  package init(
    _ kind: Kind = .classic, approvals: Int? = nil, checks: [Check] = [], _ change: (inout Protection) -> Void = { _ in }
  ) {
    self.kind = kind
    self.approvals = approvals
    self.checks = checks
    change(&self)
  }

  func binds(_ account: Account) -> Bool {
    !bypassers.contains(account.login) && (bindsAdministrators || account.permission != .admin)
  }
}

/// How the repository lets requests be merged.
package struct MergeSettings: Sendable {
  package var merge = true
  package var squash = true
  package var rebase = true
  package var deletesBranches = false
  package var allowsAutoMerge = true
}
