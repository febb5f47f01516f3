extension FakeGitHub {
  /// An App may do to requests what `issues` or `pull_requests` says.
  private func requireIssues(_ level: Permission, _ caller: Caller) throws {
    try require(caller.permissions["issues"] == "write" ? "issues" : "pull_requests", level, caller)
  }

  func createComment(_ number: Int, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try requireIssues(.read, caller)
    if caller.kind == .installation { try requireIssues(.write, caller) }
    guard let login = caller.login else { return .failure(401, "Requires authentication") }
    guard let body = try fields(request)["body"].string, !body.isEmpty else {
      return .invalid("IssueComment", field: "body", code: "missing_field")
    }
    try checkComment(body)
    let made = comment(number, body, by: login)
    guard let pull = pulls[number] else { return .notFound }
    var answer = Answer(comment(made, pull), status: 201)
    answer.headers.append(("Location", "\(repositoryURL)/issues/comments/\(made.id)"))
    return answer
  }

  private func checkComment(_ body: String) throws {
    guard body.count <= Self.longestBody else {
      throw Refused(.custom("IssueComment", field: "body", "body is too long (maximum is \(Self.longestBody) characters)"))
    }
  }

  @discardableResult
  func comment(_ number: Int, _ body: String, by login: String) -> FakePull.Comment {
    let made = FakePull.Comment(id: newID(), by: login, body: body, at: now, updatedAt: now)
    pulls[number]?.comments.append(made)
    pulls[number]?.updatedAt = now
    return made
  }

  private func find(comment id: String) throws -> (number: Int, place: Int) {
    for pull in pulls.values {
      if let place = pull.comments.firstIndex(where: { String($0.id) == id }) { return (pull.number, place) }
    }
    throw Refused(.notFound)
  }

  func getComment(_ id: String) throws -> Answer {
    let (number, place) = try find(comment: id)
    guard let pull = pulls[number] else { return .notFound }
    return Answer(comment(pull.comments[place], pull))
  }

  func editComment(_ id: String, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    let (number, place) = try find(comment: id)
    try requireIssues(pulls[number]?.comments[place].by == caller.login ? .read : .write, caller)
    let body = try fields(request)["body"].string ?? ""
    guard !body.isEmpty else { return .invalid("IssueComment", field: "body", code: "missing_field") }
    try checkComment(body)
    pulls[number]?.comments[place].body = body
    pulls[number]?.comments[place].updatedAt = now
    return try getComment(id)
  }

  func deleteComment(_ id: String, _ caller: Caller) throws -> Answer {
    let (number, place) = try find(comment: id)
    try requireIssues(pulls[number]?.comments[place].by == caller.login ? .read : .write, caller)
    pulls[number]?.comments.remove(at: place)
    return .nothing
  }

  // MARK: Labels

  func addLabels(_ number: Int, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try requireIssues(.triage, caller)
    // Names may come bare, too.
    let bare = JSON(parsing: request.body)
    let asked = try bare?.array == nil ? fields(request)["labels"] : bare ?? .null
    let names = asked.strings + (asked.array ?? []).compactMap { $0["name"].string }
    for name in names {
      guard name.count <= 50 else { return .custom("Label", field: "name", "name is too long (maximum is 50 characters)") }
      put(label: name, on: number)
    }
    return Answer(.array((pulls[number]?.labels ?? []).map(label)))
  }

  /// Labels that nobody made yet are made grey.
  func put(label name: String, on number: Int) {
    let known = labels.keys.first { $0.lowercased() == name.lowercased() } ?? name
    if labels[known] == nil { labels[known] = "ededed" }
    guard !(pulls[number]?.labels.contains(known) ?? true) else { return }
    pulls[number]?.labels.append(known)
    pulls[number]?.updatedAt = now
  }

  func removeLabel(_ number: Int, _ name: String, _ caller: Caller) throws -> Answer {
    try requireIssues(.triage, caller)
    guard let place = pulls[number]?.labels.firstIndex(where: { $0.lowercased() == name.lowercased() }) else {
      return .failure(404, "Label does not exist")
    }
    pulls[number]?.labels.remove(at: place)
    pulls[number]?.updatedAt = now
    return Answer(.array((pulls[number]?.labels ?? []).map(label)))
  }

  func createLabel(_ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try require("issues", .write, caller)
    let asked = try fields(request)
    guard let name = asked["name"].string else { return .invalid("Label", field: "name", code: "missing_field") }
    guard labels[name] == nil else { return .invalid("Label", field: "name", code: "already_exists") }
    labels[name] = asked["color"].string ?? "ededed"
    return Answer(label(name), status: 201)
  }
}
