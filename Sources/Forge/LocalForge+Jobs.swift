package import Git

/// What the jobs ask of forges with servers, and how it is here.
extension LocalForge {
  package func takeNotices() -> [String] { [] }

  /// It lives in the repository, and reads that anew each time.
  package func refresh() async {}

  package func merge(_ order: MergeOrder) async throws(ForgeError) -> MergeAnswer {
    .unsupported("the local forge has no merge call of its own")
  }

  package func approvers(of request: PullRequest) async throws(ForgeError) -> [String] {
    try await self.request(request.number).approvals(atHead: request.head, excluding: [])
  }

  @discardableResult
  package func removeLabel(_ number: Int, _ label: String) async throws(ForgeError) -> Bool {
    guard try await request(number).labels.contains(label) else { return false }
    try await unlabel(number, label, as: account)
    return true
  }

  package func checks(of commit: ObjectID) async throws(ForgeError) -> [CommitStatus] { try await statuses(of: commit) }

  package func rules(base: String) async throws(ForgeError) -> ForgeRules {
    ForgeRules(
      styles: [], mayPush: nil, findings: [.init(.fine, "pull requests live in the repository: who may push may do everything")])
  }
}
