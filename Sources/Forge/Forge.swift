package import Git

/// Where pull requests live: what the jobs ask of every forge, and no more.
///
/// Each call may be made again when its answer was lost: a second one changes nothing.
package protocol Forge: Sendable {
  /// The name under which Sluice acts there.
  var account: String { get }
  var mergeSupport: MergeSupport { get }

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

  package init(title: String, body: String, base: String, branch: String) {
    self.title = title
    self.body = body
    self.base = base
    self.branch = branch
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
}
