import Git

extension LocalForge {
  /// Does what a forge's button does: a branch `revert-<n>-<branch>` with a commit `Revert "<title>"`, and a request from it.
  ///
  /// - Returns: the request that reverts; the one that is open already where the button was pressed before.
  /// - Throws: `ForgeError` for a request that is not merged, and where what it changed was changed again since.
  @discardableResult
  package func revert(_ number: Int, as name: String) async throws(ForgeError) -> PullRequest {
    try await write("Revert #\(number)", as: name) { (state) throws(ForgeError) in
      let request = try state.file(number).request
      guard request.state == .merged, let landed = request.mergedCommit else { throw .notMerged(number: number) }
      guard let base = state.branch(request.base) else { throw .noBranch(request.base) }
      let branch = "revert-\(number)-\(request.branch)"
      if let open = state.open(from: branch) { return open.request }
      let commit = try await self.revertCommit(of: request, landed, onto: base, as: name)
      let new = PullRequest(
        number: state.nextNumber, title: "Revert \"\(request.title)\"", body: "Reverts #\(number)\n", base: request.base,
        branch: branch, head: commit, author: name, createdAt: self.clock())
      state.pulls[new.number] = PullFile(new, openedOn: base)
      state.moves.append(RefUpdate("refs/heads/\(branch)", from: state.branch(branch), to: commit))
      return new
    }
  }

  /// The base without what a commit brought: the merge of the base with the commit's parent, from the commit on.
  private func revertCommit(
    of request: PullRequest, _ landed: ObjectID, onto base: ObjectID, as name: String
  ) async throws(ForgeError) -> ObjectID {
    let signature = signature(of: name)
    let (outcome, before) = try await reading { (repository) throws(GitError) -> (MergeOutcome, ObjectID) in
      let commit = try await repository.commit(landed)
      guard let parent = commit.parents.first else {
        throw GitError(.invalid, "cannot revert \(landed.hex)", "it is the first commit")
      }
      let undone = try await repository.writeCommit(
        tree: try await repository.commit(parent).tree, parents: [landed], message: "undo\n", author: signature,
        committer: signature)
      return (try await repository.merge(ours: base, theirs: undone), undone)
    }
    let tree: ObjectID
    switch outcome {
    case .upToDate: throw .cannotRevert(number: request.number, base: request.base, paths: [])
    case .conflict(let paths): throw .cannotRevert(number: request.number, base: request.base, paths: paths)
    case .clean(let merged):
      let unchanged = try await reading { (repository) throws(GitError) in try await repository.commit(base).tree == merged }
      if unchanged { throw .cannotRevert(number: request.number, base: request.base, paths: []) }
      tree = merged
    case .fastForward: tree = try await reading { (repository) throws(GitError) in try await repository.commit(before).tree }
    }
    let message = "Revert \"\(request.title)\"\n\nThis reverts commit \(landed.hex).\n"
    return try await reading { (repository) throws(GitError) in
      try await repository.writeCommit(
        tree: tree, parents: [base], message: message, author: signature, committer: signature)
    }
  }
}
