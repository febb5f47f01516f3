/// A pull request, as the fake keeps it.
package struct FakePull: Sendable {
  package struct Review: Sendable {
    package enum State: String, Sendable {
      case approved = "APPROVED", changesRequested = "CHANGES_REQUESTED", commented = "COMMENTED", dismissed = "DISMISSED",
        pending = "PENDING"
    }
    package var id: Int
    package var by: String
    package var state: State
    package var body: String
    package var commit: String
    package var at: Int
  }

  package struct Comment: Sendable {
    package var id: Int
    package var by: String
    package var body: String
    package var at: Int
    package var updatedAt: Int
  }

  package struct AutoMerge: Sendable {
    package var by: String
    package var method: String
  }

  package var number: Int
  package var title: String
  package var body: String?
  package var author: String
  package var base: String
  package var branch: String
  /// The branch's tip while the request is open, then what it was.
  package var head: String
  /// The base's tip when the head was last looked at; not what it is now.
  package var baseHead: String
  package var isOpen = true
  package var isDraft = false
  package var createdAt: Int
  package var updatedAt: Int
  package var closedAt: Int?
  package var closedBy: String?
  package var mergedAt: Int?
  package var mergedBy: String?
  package var mergeCommit: String?
  package var labels: [String] = []
  package var requestedReviewers: [String] = []
  package var requestedTeams: [String] = []
  package var reviews: [Review] = []
  package var comments: [Comment] = []
  package var autoMerge: AutoMerge?

  /// For which head and base mergeability is known or being computed, and how many more asks it takes.
  var computedFor = ""
  var asksLeft = 0
  /// For which head and base `mergeCommit` is the test merge.
  var testedFor = ""
  /// The branch was deleted, or moved to what does not contain the head, since it was closed.
  var wasRecreated = false

  package var isMerged: Bool { mergedAt != nil }

  init(
    number: Int, title: String, body: String?, author: String, base: String, branch: String, head: String, baseHead: String,
    at: Int
  ) {
    self.number = number
    self.title = title
    self.body = body
    self.author = author
    self.base = base
    self.branch = branch
    self.head = head
    self.baseHead = baseHead
    createdAt = at
    updatedAt = at
  }
}

/// A status of a commit; the newest of each context counts.
package struct FakeStatus: Sendable {
  package var id: Int
  package var context: String
  package var state: String
  package var description: String?
  package var target: String?
  package var by: String
  /// The App that set it.
  package var app: Int?
  package var at: Int
}

/// A check run of a commit.
package struct FakeCheckRun: Sendable {
  package var id: Int
  package var name: String
  package var status: String
  package var conclusion: String?
  package var title: String?
  package var summary: String?
  package var app: Int
  package var at: Int
}
