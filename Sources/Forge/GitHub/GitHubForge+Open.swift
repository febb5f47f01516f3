import Git
import HTTP
import Host
import Synchronization

extension GitHubForge {
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

  /// The request as it is now.
  func fetch(_ number: Int) async throws(ForgeError) -> GitHubPull {
    let answer = try await client.ask(.get(pullPath(number), verb: "show #\(number)"))
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
    let written = state.withLock { state in
      for (number, pull) in state.written {
        if let there = listed[number], there.updatedAt >= pull.updatedAt { state.written[number] = nil }
      }
      return state.written
    }
    for (number, pull) in written where listed[number] != nil { open[number] = pull.request.state == .open ? pull : nil }
    let now = client.clock()
    let created = client.memory.contents.created
    for (number, at) in created.sorted(by: { $0.key < $1.key }) where at > now - 600 && listed[number] == nil {
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
