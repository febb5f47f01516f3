package import Git
import Synchronization

/// Pull requests in the bare repository itself: their heads as `refs/pull/<n>/head`, all else as JSON under
/// `refs/sluice/forge`.
///
/// Nothing here is safer than the right to push is: who may push may also approve.
package final class LocalForge: Forge {
  package static let reference = "refs/sluice/forge"

  package let account: String
  package var mergeSupport: MergeSupport { .push }
  package var seesMergesLater: Bool { false }

  let repository: Repository
  let clock: @Sendable () -> Int
  let tries: Int
  let known = Mutex<[ObjectID: PullFile]>([:])

  /// - Parameters:
  ///   - account: the name under which Sluice acts.
  ///   - clock: UTC seconds.
  ///   - tries: how often a write is decided before it is `contended`.
  package init(
    repository: Repository, account: String = "sluice", tries: Int = 20, clock: @escaping @Sendable () -> Int
  ) {
    self.repository = repository
    self.account = account
    self.clock = clock
    self.tries = tries
  }
}

// MARK: What the jobs ask

extension LocalForge {
  package func open(prefix: String) async throws(ForgeError) -> [PullRequest] {
    try await state().sorted.filter { $0.state == .open && $0.branch.hasPrefix(prefix) }
  }

  package func closed(branches: [String]) async throws(ForgeError) -> [PullRequest] {
    let wanted = Set(branches)
    return try await state().sorted.reversed().filter { $0.state == .closed && wanted.contains($0.branch) }
  }

  package func request(_ number: Int) async throws(ForgeError) -> PullRequest {
    try await state().file(number).request
  }

  package func create(_ proposal: Proposal) async throws(ForgeError) -> PullRequest {
    try await create(proposal, as: account)
  }

  @discardableResult
  package func update(_ number: Int, title: String, body: String) async throws(ForgeError) -> Bool {
    try await write("Update #\(number)", as: account) { (state) throws(ForgeError) in
      var file = try state.openFile(number)
      let before = file
      file.request.title = title
      file.request.body = body
      file.request.mark = nil
      state.pulls[number] = file
      return file != before
    }
  }

  package func close(_ number: Int, mark: String) async throws(ForgeError) {
    // Two writes, as on any other forge: whoever looks between them sees whose close it is going to be.
    try await write("Mark #\(number) for closing: \(mark)", as: account) { (state) throws(ForgeError) in
      if try state.file(number).request.state == .open { state.pulls[number]?.request.mark = mark }
    }
    try await write("Close #\(number): \(mark)", as: account) { (state) throws(ForgeError) in
      if try state.file(number).request.state == .open { state.close(number, by: self.account, at: self.clock()) }
    }
  }

  @discardableResult
  package func comment(_ number: Int, key: String, text: String) async throws(ForgeError) -> Bool {
    try await write("Comment on #\(number): \(key)", as: account) { (state) throws(ForgeError) in
      guard try !state.file(number).request.comments.contains(where: { $0.key == key }) else { return false }
      state.pulls[number]?.request.comments.append(
        PullRequest.Comment(by: self.account, text: text, at: self.clock(), key: key))
      return true
    }
  }

  package func statuses(of commit: ObjectID) async throws(ForgeError) -> [CommitStatus] {
    let tip = try await reading { (repository) throws(GitError) in
      try await repository.fetch(prefixes: [Self.reference])[Self.reference]
    }
    return try await statuses(of: commit, at: tip).sorted
  }

  @discardableResult
  package func set(_ status: CommitStatus, on commit: ObjectID) async throws(ForgeError) -> Bool {
    var status = status
    status.by = status.by ?? account
    let wanted = status
    return try await write("Set \(status.context) to \(status.state.rawValue)", as: account) {
      (state) throws(ForgeError) in
      let before = try await self.statuses(of: commit, at: state.tip)
      var after = before
      after.set(wanted, at: self.clock())
      guard after != before else { return false }
      state.statuses[commit] = after
      return true
    }
  }

  package func landing(_ request: PullRequest) async throws(ForgeError) -> [RefUpdate] {
    let name = ForgeState.headReference(request.number)
    let now = try await reading { (repository) throws(GitError) in try await repository.references(prefixes: [name])[name] }
    return now == request.head ? [] : [RefUpdate(name, from: now, to: request.head)]
  }

  /// Opens a request as somebody.
  package func create(_ proposal: Proposal, as name: String) async throws(ForgeError) -> PullRequest {
    guard proposal.base != proposal.branch else {
      throw .invalid("cannot open a pull request from \(proposal.branch) to itself")
    }
    return try await write("Open a request from \(proposal.branch): \(proposal.title)", as: name) {
      (state) throws(ForgeError) in
      guard let head = state.branch(proposal.branch) else { throw .noBranch(proposal.branch) }
      guard let base = state.branch(proposal.base) else { throw .noBranch(proposal.base) }
      if let present = state.open(from: proposal.branch) {
        guard present.request.base == proposal.base else {
          throw .branchTaken(branch: proposal.branch, by: present.request.number)
        }
        state.pulls[present.request.number]?.request.mark = nil
        return try state.file(present.request.number).request
      }
      let request = PullRequest(
        number: state.nextNumber, title: proposal.title, body: proposal.body, base: proposal.base,
        branch: proposal.branch, head: head, author: name, createdAt: self.clock())
      state.pulls[request.number] = PullFile(request, openedOn: base)
      return request
    }
  }
}

extension ForgeState {
  mutating func close(_ number: Int, by name: String, at time: Int) {
    pulls[number]?.request.state = .closed
    pulls[number]?.request.closedBy = name
    pulls[number]?.request.closedAt = time
  }
}
