package import Git

/// What a person does; each names who it is. No gate and no policy stands in a person's way here.
extension LocalForge {
  /// All requests by number.
  package func list() async throws(ForgeError) -> [PullRequest] { try await state().sorted }

  /// Approves the head as it is now.
  ///
  /// - Parameter head: what the person looked at; another head by now is refused.
  package func approve(_ number: Int, as name: String, head: ObjectID? = nil) async throws(ForgeError) {
    try await review(number, .approved, as: name, head: head)
  }

  package func requestChanges(_ number: Int, as name: String, head: ObjectID? = nil) async throws(ForgeError) {
    try await review(number, .changesRequested, as: name, head: head)
  }

  private func review(
    _ number: Int, _ verdict: PullRequest.ReviewState, as name: String, head: ObjectID?
  ) async throws(ForgeError) {
    let verb = verdict == .approved ? "Approve" : "Ask for changes in"
    try await write("\(verb) #\(number)", as: name) { (state) throws(ForgeError) in
      let request = try state.openFile(number).request
      guard verdict != .approved || request.author != name else { throw .ownRequest(number: number, name: name) }
      if let head, head != request.head { throw .headMoved(number: number, from: head, to: request.head) }
      let last = request.reviews.last { $0.by == name }
      guard last?.state != verdict || last?.commit != request.head else { return }
      state.pulls[number]?.request.reviews.append(
        PullRequest.Review(by: name, state: verdict, commit: request.head, at: self.clock()))
    }
  }

  package func label(_ number: Int, _ label: String, as name: String) async throws(ForgeError) {
    guard !label.isEmpty else { throw .invalid("a label must not be empty") }
    try await write("Label #\(number) \(label)", as: name) { (state) throws(ForgeError) in
      let labels = try state.file(number).request.labels
      state.pulls[number]?.request.labels = Set(labels + [label]).sorted()
    }
  }

  package func unlabel(_ number: Int, _ label: String, as name: String) async throws(ForgeError) {
    try await write("Take \(label) off #\(number)", as: name) { (state) throws(ForgeError) in
      let labels = try state.file(number).request.labels
      state.pulls[number]?.request.labels = labels.filter { $0 != label }
    }
  }

  package func comment(_ number: Int, text: String, as name: String) async throws(ForgeError) {
    try await write("Comment on #\(number)", as: name) { (state) throws(ForgeError) in
      _ = try state.file(number)
      state.pulls[number]?.request.comments.append(PullRequest.Comment(by: name, text: text, at: self.clock()))
    }
  }

  /// Merges the request with a merge commit.
  ///
  /// - Returns: the commit of the base.
  @discardableResult
  package func merge(_ number: Int, as name: String) async throws(ForgeError) -> ObjectID {
    try await write("Merge #\(number)", as: name) { (state) throws(ForgeError) in
      let request = try state.openFile(number).request
      guard let base = state.branch(request.base) else { throw .noBranch(request.base) }
      let commit = try await self.mergeCommit(of: request, onto: base, as: name)
      state.moves.append(RefUpdate("refs/heads/\(request.base)", from: base, to: commit))
      state.pulls[number]?.request.state = .merged
      state.pulls[number]?.request.mergedCommit = commit
      return commit
    }
  }

  private func mergeCommit(
    of request: PullRequest, onto base: ObjectID, as name: String
  ) async throws(ForgeError) -> ObjectID {
    let outcome = try await reading { (repository) throws(GitError) in
      try await repository.merge(ours: base, theirs: request.head)
    }
    let tree: ObjectID
    switch outcome {
    case .upToDate: throw .nothingToMerge(number: request.number, base: request.base)
    case .conflict(let paths): throw .conflict(number: request.number, base: request.base, paths: paths)
    case .clean(let merged): tree = merged
    case .fastForward:
      tree = try await reading { (repository) throws(GitError) in try await repository.commit(request.head).tree }
    }
    let message = "Merge pull request #\(request.number) from \(request.branch)\n\n\(request.title)\n"
    let signature = signature(of: name)
    return try await reading { (repository) throws(GitError) in
      try await repository.writeCommit(
        tree: tree, parents: [base, request.head], message: message, author: signature, committer: signature)
    }
  }

  package func close(_ number: Int, as name: String) async throws(ForgeError) {
    try await write("Close #\(number)", as: name) { (state) throws(ForgeError) in
      // Without Sluice's mark: it is the person's close.
      _ = try state.openFile(number)
      state.pulls[number]?.request.mark = nil
      state.close(number, by: name, at: self.clock())
    }
  }

  /// Opens a closed request again, at what its branch is now.
  package func reopen(_ number: Int, as name: String) async throws(ForgeError) {
    try await write("Reopen #\(number)", as: name) { (state) throws(ForgeError) in
      let request = try state.file(number).request
      switch request.state {
      case .open: throw .alreadyOpen(number: number)
      case .merged: throw .notOpen(number: number, .merged)
      case .closed: break
      }
      guard let head = state.branch(request.branch) else { throw .noBranch(request.branch) }
      if let other = state.open(from: request.branch) {
        throw .branchTaken(branch: request.branch, by: other.request.number)
      }
      state.pulls[number]?.request.state = .open
      state.pulls[number]?.request.head = head
      state.pulls[number]?.request.closedBy = nil
      state.pulls[number]?.request.closedAt = nil
      state.pulls[number]?.request.mark = nil
    }
  }
}
