import Git
import Host
import Synchronization

extension GitHubForge {
  /// One list call in a quiet run: what changed since the newest that was seen. Branches that the memory does not cover are asked
  /// one by one, so that it is only ever a cache.
  ///
  /// Bodies are left out: what is remembered has none.
  package func closed(branches: [String]) async throws(ForgeError) -> [PullRequest] {
    let wanted = Set(branches)
    let known = state.withLock { $0.closed }
    if !wanted.allSatisfy({ known[$0] != nil }) { try await readClosed(wanted) }
    return state.withLock { state in
      var found = wanted.flatMap { state.closed[$0] ?? [] }
      let numbers = Set(found.map(\.number))
      // Closed by this very process, and not in the list yet.
      for pull in state.written.values where pull.request.state == .closed && wanted.contains(pull.request.branch) {
        if !numbers.contains(pull.request.number) { found.append(Self.remembered(pull.request)) }
      }
      return found.sorted { ($0.closedAt ?? 0, $0.number) > ($1.closedAt ?? 0, $1.number) }
    }
  }

  private static func remembered(_ request: PullRequest) -> PullRequest {
    var request = request
    request.body = ""
    request.reviews = []
    request.isDraft = false
    request.mergesByItself = false
    return request
  }

  private func readClosed(_ wanted: Set<String>) async throws(ForgeError) {
    let memory = client.memory.contents
    var sight = ClosedSight(closed: memory.closed, branches: memory.branches, watermark: memory.watermark)
    // A first run must know where later ones go on from, before it asks for each branch.
    if try await !readNewest(into: &sight) { sight.branches = [] }
    for branch in wanted.subtracting(sight.branches).sorted() { try await readAll(of: branch, into: &sight) }
    let open = try await openPulls()
    for (number, _) in sight.closed where open[number] != nil { sight.closed[number] = nil }
    for number in sight.closed.keys.sorted() where sight.closed[number]?.closedBy == nil {
      if memory.closed[number] != nil && memory.closed[number]?.closedAt == sight.closed[number]?.closedAt { continue }
      guard sight.branches.contains(sight.closed[number]?.branch ?? "") else { continue }
      sight.closed[number]?.closedBy = try await closer(of: number)
    }
    client.memory.update { [sight] contents in
      contents.closed = sight.closed.filter { sight.branches.contains($0.value.branch) }
      contents.branches = sight.branches
      contents.watermark = sight.watermark
    }
    state.withLock { [sight] state in
      for branch in sight.branches { state.closed[branch] = [] }
      for request in sight.closed.values where sight.branches.contains(request.branch) {
        state.closed[request.branch]?.append(request)
      }
    }
  }

  /// Reads the list, newest change first, back to what was seen before.
  ///
  /// - Returns: whether it goes back that far.
  private func readNewest(into sight: inout ClosedSight) async throws(ForgeError) -> Bool {
    let seen = sight.watermark
    var found: [GitHubPull] = []
    var reachesBack = false
    let isWhole = try await client.pages(
      .get(
        "\(repositoryPath)/pulls", ["state": "closed", "sort": "updated", "direction": "desc", "per_page": "100"],
        verb: "list closed pull requests"), limit: 20
    ) { (answer) throws(ForgeError) in
      let page = try answer.pulls()
      found += page
      // Ten minutes more than should be needed: lists lag.
      reachesBack = seen.map { seen in page.contains { $0.updatedAt < seen - Self.lag } } ?? true
      return !reachesBack
    }
    for pull in found { sight.take(pull) }
    sight.watermark = max(seen ?? 0, found.map(\.updatedAt).max() ?? 0)
    return seen != nil && (reachesBack || isWhole)
  }

  /// Reads all closed ones of a branch that nothing is remembered of.
  private func readAll(of branch: String, into sight: inout ClosedSight) async throws(ForgeError) {
    sight.branches.insert(branch)
    var found: [GitHubPull] = []
    let isWhole = try await client.pages(
      .get(
        "\(repositoryPath)/pulls", ["state": "closed", "head": "\(client.settings.owner):\(branch)", "per_page": "100"],
        verb: "list closed pull requests of \(branch)")
    ) { (answer) throws(ForgeError) in
      try refuseMoved(answer)
      found += try answer.pulls()
      return true
    }
    guard isWhole else { throw .unsupported("\(branch) has more closed pull requests than are read", hint: nil) }
    for pull in found where pull.request.branch == branch { sight.take(pull) }
  }

  /// Who closed a request; lists don't say.
  func closer(of number: Int) async throws(ForgeError) -> String? {
    let answer = try await client.ask(.get(issuePath(number), verb: "show who closed #\(number)"))
    if answer.status == 404 || answer.status == 410 { return nil }
    return try answer.value()["closed_by"]?["login"]?.string
  }

  /// What is known of closed requests while it is put together.
  private struct ClosedSight {
    var closed: [Int: PullRequest]
    var branches: Set<String>
    var watermark: Int?

    /// Takes in what a list says of a request now; a newer word replaces an older one.
    mutating func take(_ pull: GitHubPull) {
      let number = pull.request.number
      guard pull.isOwn, pull.request.state == .closed else {
        closed[number] = nil
        return
      }
      var request = GitHubForge.remembered(pull.request)
      // The same closing was closed by the same person.
      if let before = closed[number], before.closedAt == request.closedAt { request.closedBy = before.closedBy }
      closed[number] = request
    }
  }
}
