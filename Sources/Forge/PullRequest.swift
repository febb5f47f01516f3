package import Git

/// A pull request, as every forge knows it.
package struct PullRequest: Sendable, Equatable {
  package var number: Int
  package var title: String
  package var body: String
  /// The branch that it goes to, and the one that it comes from; without `refs/heads/`.
  package var base: String
  package var branch: String
  /// The commit that would be merged: the tip of `branch` while the request is open, then what it was.
  package var head: ObjectID
  package var author: String
  package var state: State
  package var closedBy: String?
  package var closedAt: Int?
  /// Why Sluice closes it. Written before the closing, so that Sluice's own close is never taken for a person's.
  package var mark: String?
  package var labels: [String]
  /// In the order in which they were given.
  package var reviews: [Review]
  package var comments: [Comment]
  /// The commit of the base that brought the head in.
  package var mergedCommit: ObjectID?
  /// UTC seconds.
  package var createdAt: Int
  package var isDraft: Bool
  /// The page where people see it.
  package var url: String?
  /// Somebody told the forge to merge it by itself, outside of windows and of what Sluice checks.
  package var mergesByItself: Bool

  package enum State: String, Sendable, Equatable { case open, closed, merged }

  package struct Review: Sendable, Equatable {
    package var by: String
    package var state: ReviewState
    /// The head that was looked at.
    package var commit: ObjectID
    package var at: Int

    package init(by: String, state: ReviewState, commit: ObjectID, at: Int) {
      self.by = by
      self.state = state
      self.commit = commit
      self.at = at
    }
  }

  package enum ReviewState: String, Sendable, Equatable { case approved, changesRequested }

  package struct Comment: Sendable, Equatable {
    package var by: String
    package var text: String
    package var at: Int
    /// What Sluice says once has a key.
    package var key: String?

    package init(by: String, text: String, at: Int, key: String? = nil) {
      self.by = by
      self.text = text
      self.at = at
      self.key = key
    }
  }

  package init(
    number: Int, title: String, body: String, base: String, branch: String, head: ObjectID, author: String,
    state: State = .open, closedBy: String? = nil, closedAt: Int? = nil, mark: String? = nil, labels: [String] = [],
    reviews: [Review] = [], comments: [Comment] = [], mergedCommit: ObjectID? = nil, createdAt: Int,
    isDraft: Bool = false, url: String? = nil, mergesByItself: Bool = false
  ) {
    self.number = number
    self.title = title
    self.body = body
    self.base = base
    self.branch = branch
    self.head = head
    self.author = author
    self.state = state
    self.closedBy = closedBy
    self.closedAt = closedAt
    self.mark = mark
    self.labels = labels
    self.reviews = reviews
    self.comments = comments
    self.mergedCommit = mergedCommit
    self.createdAt = createdAt
    self.isDraft = isDraft
    self.url = url
    self.mergesByItself = mergesByItself
  }
}

extension PullRequest {
  /// Whether Sluice closed it, or was about to.
  package var isMarked: Bool { mark != nil }

  /// Each person's latest word, by the time it was given; of the same time the later in the list.
  private var latestReviews: [String: Review] {
    var latest: [String: Review] = [:]
    for review in reviews where review.at >= latest[review.by]?.at ?? .min { latest[review.by] = review }
    return latest
  }

  /// Who approves exactly this head, sorted.
  ///
  /// An approval is for a commit: one of an earlier head does not count, nor one that its giver has taken back since.
  /// - Parameter authors: who wrote a commit in the request, or the request itself; nobody approves their own.
  package func approvals(atHead head: ObjectID, excluding authors: Set<String>) -> [String] {
    latestReviews.values
      .filter { $0.state == .approved && $0.commit == head && !authors.contains($0.by) && $0.by != author }
      .map(\.by).sorted()
  }

  /// Who asked for changes and has not approved since, at whatever head; sorted.
  package var objections: [String] {
    latestReviews.values.filter { $0.state == .changesRequested }.map(\.by).sorted()
  }
}
