import Git
import Host

/// A review as the API has it, of those that decide.
struct GitHubReview: Sendable {
  var by: String
  /// nil: dismissed.
  var state: PullRequest.ReviewState?
  var commit: ObjectID
  var at: Int
  /// Whether GitHub says that its giver has something to do with the repository. It does not know of who hides being a member.
  var isClose: Bool

  /// nil for a comment, a draft, and what a removed account left.
  init?(_ value: JSONValue) {
    guard let by = value["user"]?["login"]?.string else { return nil }
    switch value["state"]?.string?.uppercased() {
    case "APPROVED": state = .approved
    case "CHANGES_REQUESTED": state = .changesRequested
    case "DISMISSED": state = nil
    default: return nil
    }
    self.by = by
    commit = value["commit_id"]?.string.flatMap { ObjectID(hex: $0) } ?? .zero
    at = value["submitted_at"]?.string.flatMap { RFC3339.seconds($0) } ?? 0
    isClose = ["OWNER", "MEMBER", "COLLABORATOR"].contains(value["author_association"]?.string?.uppercased())
  }
}

extension GitHubForge {
  /// For how long what a person may do is believed where nothing lands on it, in seconds.
  private static let permissionAge = 3600

  /// Each person's latest review, of those who may write, in the order of their giving.
  ///
  /// Who is known to the repository and not known to lack the right counts: a landing asks `approvers` anew.
  func countingReviews(of request: PullRequest) async throws(ForgeError) -> [PullRequest.Review] {
    var counting: [PullRequest.Review] = []
    for review in try await latestReviews(of: request.number) {
      guard let state = review.state else { continue }
      let known = client.memory.contents.permissions[review.by.lowercased()]
      let mayWrite: Bool
      if let known, known.at > client.clock() - Self.permissionAge {
        mayWrite = known.mayWrite
      } else if review.isClose {
        mayWrite = true
      } else if state == .approved, review.commit != request.head {
        // It counts for nothing, whoever gave it.
        continue
      } else {
        mayWrite = try await mayPersonWrite(review.by)
      }
      if mayWrite {
        counting.append(PullRequest.Review(by: review.by, state: state, commit: review.commit, at: review.at))
      }
    }
    return counting
  }

  /// Each person's latest word, chronologically. A comment is none and takes none back; a dismissed one does.
  private func latestReviews(of number: Int) async throws(ForgeError) -> [GitHubReview] {
    var latest: [String: (place: Int, review: GitHubReview)] = [:]
    var place = 0
    let isWhole = try await client.pages(
      .get("\(pullPath(number))/reviews", ["per_page": "100"], verb: "list the reviews of #\(number)")
    ) { (answer) throws(ForgeError) in
      for review in (try answer.value().array ?? []).compactMap({ GitHubReview($0) }) {
        place += 1
        latest[review.by.lowercased()] = (place, review)
      }
      return true
    }
    guard isWhole else { throw .unsupported("#\(number) has more reviews than are read", hint: "close it: a new one is opened") }
    return latest.values.sorted { $0.place < $1.place }.map(\.review)
  }

  /// Asks whether a person may write to the repository.
  private func mayPersonWrite(_ name: String) async throws(ForgeError) -> Bool {
    let answer = try await client.ask(
      .get(
        "\(repositoryPath)/collaborators/\(GitHubCall.encoded(name))/permission",
        verb: "show what \(OneLine.text(name, limit: 60)) may do"))
    let permission = answer.status == 404 ? nil : try answer.value()["permission"]?.string
    let mayWrite = ["write", "maintain", "admin"].contains(permission)
    let now = client.clock()
    client.memory.update { contents in
      contents.permissions = contents.permissions.filter { $0.value.at > now - Self.permissionAge }
      contents.permissions[name.lowercased()] = GitHubMemory.Permission(mayWrite: mayWrite, at: now)
    }
    return mayWrite
  }

  package func approvers(of request: PullRequest) async throws(ForgeError) -> [String] {
    let approving = try await latestReviews(of: request.number).filter { $0.state == .approved && $0.commit == request.head }
    if approving.isEmpty { return [] }
    let writers = try await writers(of: request)
    var approvers: [String] = []
    for review in approving where !writers.contains(review.by.lowercased()) {
      if try await mayPersonWrite(review.by) { approvers.append(review.by) }
    }
    return approvers.sorted()
  }

  /// Who wrote in a request: it itself, or a commit in it; in lower case.
  private func writers(of request: PullRequest) async throws(ForgeError) -> Set<String> {
    var writers: Set<String> = [request.author.lowercased()]
    var count = 0
    try await client.pages(
      .get("\(pullPath(request.number))/commits", ["per_page": "100"], verb: "list the commits of #\(request.number)")
    ) { (answer) throws(ForgeError) in
      for commit in try answer.value().array ?? [] {
        count += 1
        if Self.isUpdateOfBranch(commit, base: request.base) { continue }
        for key in ["author", "committer"] {
          if let login = commit[key]?["login"]?.string { writers.insert(login.lowercased()) }
        }
      }
      return true
    }
    // GitHub lists 250 and no more: who wrote the others nobody can know.
    guard count < 250 else {
      throw .unsupported(
        "#\(request.number) has 250 commits or more, and not all can be seen", hint: "close it: a new one is opened")
    }
    return writers
  }

  /// Whether GitHub itself, which signs what it makes, merged the base into the branch: pressing that button writes nothing.
  private static func isUpdateOfBranch(_ commit: JSONValue, base: String) -> Bool {
    commit["parents"]?.array?.count == 2 && commit["committer"]?["login"]?.string == "web-flow"
      && commit["commit"]?["verification"]?["verified"]?.bool == true
      && commit["commit"]?["message"]?.string?.hasPrefix("Merge branch '\(base)' into ") == true
  }
}
