import Git
import HTTP
import Host
import Synchronization

extension GitHubForge {
  /// Lists are never so far behind, in seconds.
  static let lag = 600

  /// One list for all prefixes, and for each request found its reviews.
  package func open(prefix: String) async throws(ForgeError) -> [PullRequest] {
    var requests: [PullRequest] = []
    for pull in try await openPulls().values where pull.request.branch.hasPrefix(prefix) {
      requests.append(try await withReviews(pull))
    }
    return requests.sorted { $0.number < $1.number }
  }

  package func request(_ number: Int) async throws(ForgeError) -> PullRequest {
    var pull = try await fetch(number)
    state.withLock { $0.reviews[number] = nil }
    if pull.request.state == .closed { pull.request.closedBy = try await closer(of: number) }
    return try await withReviews(pull)
  }

  /// The request as it is now. Not by what a 304 confirms: whether it can be merged is computed without the request changing.
  func fetch(_ number: Int) async throws(ForgeError) -> GitHubPull {
    var call = GitHubCall.get(pullPath(number), verb: "show #\(number)")
    call.isConditional = false
    let answer = try await client.ask(call)
    if answer.status == 404 || answer.status == 410 { throw .noRequest(number: number) }
    return try answer.pull()
  }

  /// The open requests from branches of this repository, whatever their names.
  func openPulls() async throws(ForgeError) -> [Int: GitHubPull] {
    if let open = state.withLock({ $0.open }) { return open }
    var listed: [Int: GitHubPull] = [:]
    let isWhole = try await client.pages(
      .get("\(repositoryPath)/pulls", ["state": "open", "per_page": "100"], verb: "list pull requests")
    ) { (answer) throws(ForgeError) in
      for pull in try answer.pulls() where pull.isOwn && pull.request.state == .open { listed[pull.request.number] = pull }
      return true
    }
    guard isWhole else {
      throw .unsupported(
        "\(client.settings.project) has more than \(GitHubClient.pageLimit * 100) open pull requests",
        hint: "close those that nobody needs")
    }
    let open = try await withOwnWrites(listed)
    state.withLock { $0.open = open }
    return open
  }

  /// Lists lag: what this process wrote stands until they show it, and what was opened lately is asked for where they lack it.
  private func withOwnWrites(_ listed: [Int: GitHubPull]) async throws(ForgeError) -> [Int: GitHubPull] {
    var open = listed
    let now = client.clock()
    let written = state.withLock { state in
      for (number, pull) in state.written {
        let isOld = state.writtenAt[number].map { $0 <= now - Self.lag } ?? true
        if isOld || listed[number].map({ $0.isAtLeast(as: pull) }) ?? false { state.written[number] = nil }
      }
      return state.written
    }
    for (number, pull) in written { open[number] = listed[number]?.with(written: pull) }
    let created = client.memory.contents.created
    for (number, at) in created.sorted(by: { $0.key < $1.key }) where at > now - Self.lag && listed[number] == nil {
      if written[number].map({ $0.request.state != .open }) ?? false { continue }
      do throws(ForgeError) {
        let pull = try await fetch(number)
        if pull.request.state == .open, pull.isOwn {
          open[number] = pull
        } else {
          client.memory.update { $0.created[number] = nil }
        }
      } catch .noRequest { continue }
    }
    return open
  }

  /// The open requests from one branch, as the forge says now.
  func openPulls(from branch: String) async throws(ForgeError) -> [GitHubPull] {
    let answer = try await client.ask(
      .get(
        "\(repositoryPath)/pulls", ["state": "open", "head": "\(client.settings.owner):\(branch)", "per_page": "100"],
        verb: "list pull requests of \(branch)"))
    try refuseMoved(answer)
    return try answer.pulls().filter { $0.isOwn && $0.request.branch == branch && $0.request.state == .open }
  }

  /// A question for one owner's branches answers nothing where the repository is another owner's by now.
  func refuseMoved(_ answer: GitHubAnswer) throws(ForgeError) {
    guard answer.isSuccess, !answer.head.url.target.contains("\(repositoryPath)/") else { return }
    throw .noProject(
      "\(client.settings.project) has moved at \(client.settings.host)", hint: "write its new address into the policy")
  }

  private func withReviews(_ pull: GitHubPull) async throws(ForgeError) -> PullRequest {
    var request = pull.request
    if let known = state.withLock({ $0.reviews[request.number] }) {
      request.reviews = known
    } else {
      request.reviews = try await countingReviews(of: request)
      state.withLock { [request] in $0.reviews[request.number] = request.reviews }
    }
    return request
  }
}

extension GitHubPull {
  /// Whether a list's element shows what a write's answer had, or came after it. The server's times are whole seconds.
  fileprivate func isAtLeast(as written: GitHubPull) -> Bool {
    updatedAt > written.updatedAt || (updatedAt == written.updatedAt && with(written: written)?.request == request)
  }

  /// With what Sluice writes to requests; nil where that closed it. All else is the list's to tell.
  fileprivate func with(written: GitHubPull) -> GitHubPull? {
    guard written.request.state == .open else { return nil }
    var pull = self
    pull.request.title = written.request.title
    pull.request.body = written.request.body
    pull.request.mark = written.request.mark
    return pull
  }
}
