package import Git

/// Where pull requests live: what the jobs ask of every forge, and no more.
///
/// Each call may be made again when its answer was lost: a second one changes nothing.
package protocol Forge: Sendable {
  /// The name under which Sluice acts there.
  var account: String { get }
  var mergeSupport: MergeSupport { get }
  /// Whether a landed request's branch must outlive the push that lands it: the forge sees the merge in its own time, and takes a
  /// request whose branch goes before that for closed.
  var seesMergesLater: Bool { get }

  /// What did not go as wished and stops nothing, each told once: reviewers that the forge does not know.
  func takeNotices() -> [String]

  /// Forgets what was read in this run: what is asked next is asked anew.
  func refresh() async

  /// The open requests from branches whose names start with `prefix`, by number.
  func open(prefix: String) async throws(ForgeError) -> [PullRequest]

  /// The requests from these branches that were closed unmerged, newest first.
  func closed(branches: [String]) async throws(ForgeError) -> [PullRequest]

  func request(_ number: Int) async throws(ForgeError) -> PullRequest

  /// Opens a request; where one is open from the same branch, that one is returned as it is (without a mark: what
  /// Sluice wants open it does not close).
  func create(_ proposal: Proposal) async throws(ForgeError) -> PullRequest

  /// Sets title and body; says whether that changed anything. Takes a mark away, as `create` does.
  @discardableResult
  func update(_ number: Int, title: String, body: String) async throws(ForgeError) -> Bool

  /// Closes a request for the reason `mark`, which is written first. One that is closed or merged stays as it is.
  func close(_ number: Int, mark: String) async throws(ForgeError)

  /// References that must move in the same push in which Sluice lands the request, so that the forge knows it for merged
  /// whatever becomes of its branch.
  func landing(_ request: PullRequest) async throws(ForgeError) -> [RefUpdate]

  /// Merges by the forge's own call, of exactly the head that the order names.
  ///
  /// Where the answer is lost, what became of it is asked. Nothing is tried twice without a look in between.
  func merge(_ order: MergeOrder) async throws(ForgeError) -> MergeAnswer

  /// Who approves exactly the request's head, may write to the repository, and wrote no commit in it; sorted. Asked anew: this is
  /// what a landing rests on.
  func approvers(of request: PullRequest) async throws(ForgeError) -> [String]

  /// Takes a label away; says whether it was there.
  @discardableResult
  func removeLabel(_ number: Int, _ label: String) async throws(ForgeError) -> Bool

  /// What others say of a commit: statuses and check runs, the newest of each name, by name.
  func checks(of commit: ObjectID) async throws(ForgeError) -> [CommitStatus]

  /// What the forge itself asks of what lands on a branch, and lets this account do.
  func rules(base: String) async throws(ForgeError) -> ForgeRules

  /// Says something once: where a comment with the same key stands, nothing is said.
  @discardableResult
  func comment(_ number: Int, key: String, text: String) async throws(ForgeError) -> Bool

  /// The statuses of a commit, the newest of each context, by context.
  func statuses(of commit: ObjectID) async throws(ForgeError) -> [CommitStatus]

  /// Sets a status; says whether that changed anything.
  @discardableResult
  func set(_ status: CommitStatus, on commit: ObjectID) async throws(ForgeError) -> Bool
}

/// How requests can be merged there.
package enum MergeSupport: Sendable, Equatable {
  /// Only by pushing the merge commit onto the base.
  case push
  /// That, and by the forge's own merge call.
  case pushOrForge
}

/// A request to open.
package struct Proposal: Sendable, Equatable {
  package var title: String
  package var body: String
  package var base: String
  package var branch: String
  /// Put on it once, when it is opened: what people change afterwards stays as they want it.
  package var labels: [String]
  /// Accounts, and teams as `organisation/team`, asked once for a review.
  package var reviewers: [String]

  package init(
    title: String, body: String, base: String, branch: String, labels: [String] = [], reviewers: [String] = []
  ) {
    self.title = title
    self.body = body
    self.base = base
    self.branch = branch
    self.labels = labels
    self.reviewers = reviewers
  }
}

/// What the forge is to merge, and how.
package struct MergeOrder: Sendable, Equatable {
  package enum Style: String, Sendable, CaseIterable { case merge, squash, rebase }

  package var number: Int
  /// The commit that was tested; any other head is not merged.
  package var head: ObjectID
  package var style: Style
  package var title: String
  package var message: String

  package init(number: Int, head: ObjectID, style: Style, title: String, message: String) {
    self.number = number
    self.head = head
    self.style = style
    self.title = title
    self.message = message
  }
}

/// What became of a merge, each with what the caller does next. Texts are the forge's own words.
package enum MergeAnswer: Sendable, Equatable {
  /// It is in the base: as this commit, now or by an earlier call whose answer was lost.
  case merged(ObjectID)
  /// Head or base moved: look again.
  case lostRace(String)
  /// The forge still computes, or waits for checks or reviews: a later run asks again.
  case notYet(String)
  /// The two can't be merged: the branch must be written anew.
  case conflict(String)
  /// A person must change a permission or a setting.
  case notPermitted(String)
  /// Closed, or deleted: a person was here.
  case gone(String)
  /// A merge queue, or a way of merging that the repository does not allow.
  case unsupported(String)
}

/// What a forge asks of a branch and allows an account, as far as the account may know.
package struct ForgeRules: Sendable, Equatable {
  /// One thing that was looked at.
  package struct Finding: Sendable, Equatable {
    package enum Weight: String, Sendable { case fine, warning, problem }
    package var weight: Weight
    /// What is so, and what that means here.
    package var text: String
    package var hint: String?

    package init(_ weight: Weight, _ text: String, hint: String? = nil) {
      self.weight = weight
      self.text = text
      self.hint = hint
    }
  }

  /// The ways of the merge call that the repository allows.
  package var styles: Set<MergeOrder.Style>
  /// nil: unknown to this account.
  package var mayPush: Bool?
  package var findings: [Finding]

  package init(styles: Set<MergeOrder.Style>, mayPush: Bool?, findings: [Finding]) {
    self.styles = styles
    self.mayPush = mayPush
    self.findings = findings
  }
}

package struct CommitStatus: Sendable, Equatable {
  package var context: String
  package var state: State
  package var description: String
  package var url: String?
  /// Who set it; nil in one that is to be set: it is the account's then.
  package var by: String?

  package enum State: String, Sendable, Equatable { case pending, success, failure, error }

  package init(context: String, state: State, description: String, url: String? = nil, by: String? = nil) {
    self.context = context
    self.state = state
    self.description = description
    self.url = url
    self.by = by
  }

  /// Whether it says the same as another of its context, whoever set it.
  package func saysTheSame(as other: CommitStatus) -> Bool {
    state == other.state && description == other.description && url == other.url
  }
}
