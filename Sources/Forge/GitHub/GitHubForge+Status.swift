package import Git
import HTTP
import Host
import Synchronization

extension GitHubForge {
  /// GitHub takes as many characters.
  static let descriptionLimit = 140

  package func statuses(of commit: ObjectID) async throws(ForgeError) -> [CommitStatus] {
    if let known = state.withLock({ $0.statuses[commit] }) { return known }
    var statuses: [CommitStatus] = []
    try await client.pages(
      .get("\(commitPath(commit))/status", ["per_page": "100"], verb: "list the statuses of \(commit.hex.prefix(12))"),
      allowing: [404, 422]
    ) { (answer) throws(ForgeError) in
      // A commit that was pushed just now, and that GitHub does not know yet, has none.
      if answer.refusal.says("no commit found") { return false }
      statuses += (try answer.value()["statuses"]?.array ?? []).compactMap { CommitStatus($0) }
      return true
    }
    let sorted = statuses.sorted { $0.context < $1.context }
    state.withLock { $0.statuses[commit] = sorted }
    return sorted
  }

  @discardableResult
  package func set(_ status: CommitStatus, on commit: ObjectID) async throws(ForgeError) -> Bool {
    var wanted = status
    wanted.description = HiddenMark.cut(status.description, Self.descriptionLimit)
    if try await statuses(of: commit).contains(where: { $0.says(wanted) }) { return false }
    let body = JSONValue.object([
      "state": .string(wanted.state.rawValue), "context": .string(wanted.context), "description": .string(wanted.description),
      "target_url": wanted.url.map { .string($0) } ?? .null,
    ])
    let call = GitHubCall.write(
      .post, "\(repositoryPath)/statuses/\(commit.hex)", body, verb: "set \(wanted.context) on \(commit.hex.prefix(12))")
    var lost = ""
    for _ in 0..<2 {
      switch try await client.write(call) {
      case .answered(let answer):
        guard answer.isSuccess else { throw Self.refusal(answer, commit) }
        _ = try answer.value()
        state.withLock { state in
          let others = (state.statuses[commit] ?? []).filter { $0.context.lowercased() != wanted.context.lowercased() }
          state.statuses[commit] = (others + [wanted]).sorted { $0.context < $1.context }
        }
        return true
      case .lost(let words):
        lost = words
        state.withLock { $0.statuses[commit] = nil }
        if try await statuses(of: commit).contains(where: { $0.says(wanted) }) { return true }
      }
    }
    throw .unavailable(words: lost, hint: "run again in some minutes")
  }

  private static func refusal(_ answer: GitHubAnswer, _ commit: ObjectID) -> ForgeError {
    guard answer.status == 422, answer.refusal.says("no commit found") else { return answer.error }
    return .unavailable(words: "\(answer.host) does not know the commit \(commit.hex) yet", hint: "run again in a minute")
  }

  private func commitPath(_ commit: ObjectID) -> String { "\(repositoryPath)/commits/\(commit.hex)" }

  // MARK: What others say

  package func checks(of commit: ObjectID) async throws(ForgeError) -> [CommitStatus] {
    var checks: [CommitStatus] = []
    var contexts: Set<String> = []
    // The newest first, with who set it; the combined one does not tell that.
    try await client.pages(
      .get("\(commitPath(commit))/statuses", ["per_page": "100"], verb: "list the statuses of \(commit.hex.prefix(12))")
    ) { (answer) throws(ForgeError) in
      for status in (try answer.value().array ?? []).compactMap({ CommitStatus($0) })
      where contexts.insert(status.context.lowercased()).inserted { checks.append(status) }
      return true
    }
    var runs: [String: CommitStatus] = [:]
    try await client.pages(
      .get(
        "\(commitPath(commit))/check-runs", ["filter": "latest", "per_page": "100"],
        verb: "list the check runs of \(commit.hex.prefix(12))")
    ) { (answer) throws(ForgeError) in
      for run in (try answer.value()["check_runs"]?.array ?? []).compactMap({ CommitStatus(checkRun: $0) }) {
        // The same name twice by one app, for two of its events: both must be well.
        let key = "\(run.by ?? "") \(run.context)"
        if let other = runs[key], other.state.rank >= run.state.rank { continue }
        runs[key] = run
      }
      return true
    }
    return (checks + runs.values).sorted { ($0.context, $0.by ?? "") < ($1.context, $1.by ?? "") }
  }
}

extension CommitStatus {
  /// A commit status as the API has it. A state that is not known is no success.
  fileprivate init?(_ value: JSONValue) {
    guard let context = value["context"]?.string, let state = value["state"]?.string else { return nil }
    self.init(
      context: context, state: State(rawValue: state) ?? .error, description: value["description"]?.string ?? "",
      url: value["target_url"]?.string, by: value["creator"]?["login"]?.string)
  }

  fileprivate init?(checkRun value: JSONValue) {
    guard let name = value["name"]?.string, let status = value["status"]?.string else { return nil }
    let state: State
    switch (status, value["conclusion"]?.string) {
    case ("completed", "success"), ("completed", "neutral"), ("completed", "skipped"): state = .success
    case ("completed", _): state = .failure
    default: state = .pending
    }
    self.init(
      context: name, state: state, description: value["output"]?["title"]?.string ?? value["conclusion"]?.string ?? status,
      url: value["html_url"]?.string ?? value["details_url"]?.string, by: value["app"]?["slug"]?.string)
  }

  /// Contexts compare without case at GitHub.
  fileprivate func says(_ wanted: CommitStatus) -> Bool {
    context.lowercased() == wanted.context.lowercased() && state == wanted.state
      && HiddenMark.isSame(description, wanted.description)
      && url ?? "" == wanted.url ?? ""
  }
}

extension CommitStatus.State {
  fileprivate var rank: Int {
    switch self {
    case .success: 0
    case .pending: 1
    case .failure, .error: 2
    }
  }
}
