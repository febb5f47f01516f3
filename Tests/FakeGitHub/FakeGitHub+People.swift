import Foundation
import TestSupport

/// What people do, in their browsers and with git. Each names who it is.
extension FakeGitHub {
  /// What GitHub says to somebody who asks for what can't be.
  package struct Refusal: Error, CustomStringConvertible {
    package var status: Int
    package var description: String
  }

  func acted<Result>(_ body: () throws -> Result) throws -> Result {
    try locked {
      defer { autoMerge() }
      do { return try body() } catch let refused as Refused {
        let said = JSON(parsing: refused.answer.body) ?? .null
        let errors = (said["errors"].array ?? []).compactMap { $0["message"].string ?? $0.string }
        throw Refusal(
          status: refused.answer.status, description: ([said["message"].string ?? ""] + errors).joined(separator: ": "))
      }
    }
  }

  private func existing(_ number: Int) throws {
    guard pulls[number] != nil else { throw Refusal(status: 404, description: "there is no #\(number)") }
  }

  // MARK: Words

  /// - Parameter commit: what was looked at; nil: the head as it is.
  package func approve(_ number: Int, as login: String, commit: String? = nil) throws {
    try acted { _ = try review(number, .approved, by: account(login).login, commit: commit) }
  }

  package func requestChanges(_ number: Int, as login: String, body: String = "please change this", commit: String? = nil) throws
  {
    try acted { _ = try review(number, .changesRequested, by: account(login).login, body: body, commit: commit) }
  }

  package func reviewComment(_ number: Int, as login: String, body: String = "looking") throws {
    try acted { _ = try review(number, .commented, by: account(login).login, body: body) }
  }

  /// Dismisses what somebody said.
  package func dismissReviews(_ number: Int, of login: String) throws {
    try acted {
      try existing(number)
      for place in pulls[number]?.reviews.indices ?? 0..<0 where pulls[number]?.reviews[place].by == login {
        pulls[number]?.reviews[place].state = .dismissed
      }
    }
  }

  package func comment(_ number: Int, as login: String, body: String) throws {
    try acted {
      try existing(number)
      _ = comment(number, body, by: try account(login).login)
    }
  }

  package func label(_ number: Int, _ label: String, as login: String) throws {
    try acted {
      try existing(number)
      put(label: label, on: number)
    }
  }

  package func unlabel(_ number: Int, _ label: String, as login: String) throws {
    try acted {
      try existing(number)
      pulls[number]?.labels.removeAll { $0 == label }
    }
  }

  package func edit(_ number: Int, title: String? = nil, body: String? = nil, isDraft: Bool? = nil, as login: String) throws {
    try acted {
      try existing(number)
      if let title { pulls[number]?.title = title }
      if let body { pulls[number]?.body = body }
      if let isDraft { pulls[number]?.isDraft = isDraft }
      pulls[number]?.updatedAt = now
    }
  }

  // MARK: Buttons

  @discardableResult
  package func openPull(
    _ title: String, body: String? = nil, from branch: String, to base: String = "main", as login: String, isDraft: Bool = false
  ) throws -> Int {
    try acted {
      try open(title: title, body: body, base: base, branch: branch, by: account(login).login, isDraft: isDraft).number
    }
  }

  package func close(_ number: Int, as login: String) throws {
    try acted {
      guard pulls[number]?.isOpen ?? false else { throw Refusal(status: 422, description: "#\(number) is not open") }
      close(number, by: try account(login).login)
    }
  }

  package func reopen(_ number: Int, as login: String) throws { try acted { try reopen(number) } }

  package enum Style: String, Sendable, CaseIterable { case merge, squash, rebase }

  /// "Merge pull request", "Squash and merge", "Rebase and merge".
  ///
  /// - Returns: the commit that the base is then.
  @discardableResult
  package func merge(_ number: Int, _ style: Style = .merge, as login: String) throws -> String {
    try acted { try merge(number, Method(rawValue: style.rawValue) ?? .merge, by: account(login)) }
  }

  /// The Revert button.
  ///
  /// - Returns: the new request's number.
  @discardableResult
  package func revert(_ number: Int, as login: String) throws -> Int {
    try acted { try revert(number, by: account(login)).number }
  }

  /// "Update branch".
  @discardableResult
  package func updateBranch(_ number: Int, as login: String) throws -> String {
    try acted { try updateBranch(number, by: account(login)) }
  }

  package func armAutoMerge(_ number: Int, _ style: Style = .merge, as login: String) throws {
    try acted {
      try existing(number)
      guard mergeSettings.allowsAutoMerge else {
        throw Refusal(status: 422, description: "Auto merge is not allowed for this repository")
      }
      pulls[number]?.autoMerge = FakePull.AutoMerge(by: try account(login).login, method: style.rawValue)
    }
  }

  /// Merges what was armed, as soon as nothing that protects the base stands in its way.
  func autoMerge() {
    for pull in pulls.values where pull.isOpen && pull.autoMerge != nil {
      guard let protection = protections[pull.base], let arming = pull.autoMerge, let account = accounts[arming.by],
        obstacles(to: pull, protection).isEmpty
      else { continue }
      _ = try? merge(pull.number, Method(rawValue: arming.method) ?? .merge, by: account)
    }
  }

  // MARK: Commits

  /// Writes files (nil: takes them out) in one commit on a branch, which is made where there is none.
  ///
  /// - Parameter start: where a new branch begins.
  @discardableResult
  package func commit(
    _ files: [String: String?], on branch: String, from start: String = "main", message: String = "Change", as login: String
  ) throws -> String {
    try acted {
      let account = accounts[login] ?? Account(login: login, id: 0, permission: .write)
      let tip = bare.branch(branch)
      let one = Bare.Import(
        branch: branch, parent: tip ?? bare.branch(start), signature: account.signature(at: now), message: message, files: files)
      guard let commit = try bare.commit([one])?.first else {
        throw Refusal(status: 409, description: "cannot commit on \(branch): another moved it, or a path is wrong")
      }
      try moved([Move(branch: branch, old: tip, new: commit)], by: login)
      return commit
    }
  }

  /// Sets a branch to a commit, whatever it was.
  package func force(_ branch: String, to commit: String, as login: String) throws {
    try acted {
      guard try move([Move(branch: branch, old: bare.branch(branch), new: commit)], by: login) else {
        throw Refusal(status: 409, description: "\(branch) was moved by another")
      }
    }
  }

  package func deleteBranch(_ branch: String, as login: String) throws {
    try acted {
      guard let old = bare.branch(branch), try move([Move(branch: branch, old: old, new: nil)], by: login) else {
        throw Refusal(status: 404, description: "there is no branch \(branch)")
      }
    }
  }

  // MARK: Much

  /// Opens requests from branches `prefix1`… that change a file each: as quick as can be.
  package func openMany(_ count: Int, prefix: String, as login: String) throws {
    try acted {
      let account = try account(login)
      guard let base = bare.branch("main") else { throw Refusal(status: 404, description: "there is no main") }
      let imports = (1...max(1, count)).map { number in
        Bare.Import(
          branch: prefix + String(number), parent: base, signature: account.signature(at: now), message: "Change \(number)",
          files: ["many/\(number)": "\(number)\n"])
      }
      guard let commits = try bare.commit(imports) else {
        throw Refusal(status: 409, description: "\(prefix)… are there already")
      }
      for (one, commit) in zip(imports, commits) {
        lastNumber += 1
        pulls[lastNumber] = FakePull(
          number: lastNumber, title: one.message, body: nil, author: login, base: "main", branch: one.branch, head: commit,
          baseHead: base, at: now)
        try bare.refs.write("refs/pull/\(lastNumber)/head", commit)
      }
    }
  }

  /// Adds references `prefix1`… to the tip of main, packed as a server keeps them.
  package func addReferences(_ count: Int, prefix: String) throws {
    try locked {
      try Command.check(["git", "-C", bare.path, "pack-refs", "--all"])
      guard let tip = bare.branch("main") else { return }
      let file = bare.path + "/packed-refs"
      var lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
      precondition(!lines.contains { $0.hasPrefix("^") }, "tags with peeled ids would be parted from them")
      for number in 1...max(1, count) { lines.append("\(tip) \(prefix)\(number)") }
      lines.sort { $0.dropFirst(41).utf8.lexicographicallyPrecedes($1.dropFirst(41).utf8) }
      let head = "# pack-refs with: peeled fully-peeled sorted \n"
      try (head + lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
    }
  }

  // MARK: Checks

  package func setStatus(
    _ context: String, _ state: String, on commit: String, description: String? = nil, target: String? = nil, as login: String
  ) {
    locked {
      _ = set(context: context, state: state, description: description, target: target, on: commit, by: login, app: nil)
      autoMerge()
    }
  }

  /// - Parameter conclusion: nil: it runs still.
  package func setCheckRun(_ name: String, _ conclusion: String?, on commit: String, app: Int = 15368) {
    locked {
      if otherApps[app] == nil, self.app?.id != app { otherApps[app] = "app-\(app)" }
      checkRuns[commit, default: []].append(
        FakeCheckRun(
          id: newID(), name: name, status: conclusion == nil ? "in_progress" : "completed", conclusion: conclusion, app: app,
          at: now))
      autoMerge()
    }
  }

  /// Lets requests be looked at whose heads came onto their bases.
  package func seeMerges() throws { try locked { try seeMerges(upTo: .max) } }
}
