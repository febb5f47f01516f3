import Foundation

extension FakeGitHub {
  /// What a request for the API leads to.
  func route(_ request: IncomingRequest, _ path: [String], _ caller: Caller) throws -> Answer {
    switch (request.method, path.count, path.first) {
    case ("GET", 1, "user"): return try ownAccount(caller)
    case ("GET", 2, "users"):
      guard accounts[path[1]] != nil else { return .notFound }
      return Answer(user(path[1]).with(Self.profile))
    case ("GET", 1, "app"): return try ownApp(caller)
    case ("GET", 1, "rate_limit"): return rateLimit(caller)
    case ("GET", 1, "meta"): return meta()
    case ("GET", 0, _): return Answer(["current_user_url": "\(api)/user", "rate_limit_url": "\(api)/rate_limit"])
    case ("POST", 4, "app") where path[1] == "installations" && path[3] == "access_tokens":
      return try installationToken(path[2], request, caller)
    case (_, 3..., "repos"):
      guard path[1].lowercased() == owner.lowercased() else { return .notFound }
      guard path[2].lowercased() == nameNow.lowercased() else {
        return renamed(path[2], request, Array(path.dropFirst(3)), caller)
      }
      return try routeRepository(request, Array(path.dropFirst(3)), caller)
    case (_, 2..., "repositories"):
      guard path[1] == "1" else { return .notFound }
      return try routeRepository(request, Array(path.dropFirst(2)), caller)
    default: return .notFound
    }
  }

  private func renamed(_ name: String, _ request: IncomingRequest, _ rest: [String], _ caller: Caller) -> Answer {
    guard oldNames.contains(where: { $0.lowercased() == name.lowercased() }), sees(caller) else { return .notFound }
    let parts = ["\(api)/repositories/1"] + request.path.split(separator: "/").dropFirst(3).map(String.init)
    let url = parts.joined(separator: "/") + request.target.drop { $0 != "?" }
    let status = request.method == "GET" ? 301 : 307
    var answer = Answer(
      [
        "message": status == 301 ? "Moved Permanently" : "Temporary Redirect", "url": .string(url),
        "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
      ], status: status)
    answer.headers.append(("Location", url))
    return answer
  }

  private func routeRepository(_ request: IncomingRequest, _ path: [String], _ caller: Caller) throws -> Answer {
    if caller.kind == .app {
      guard request.method == "GET", path == ["installation"] else {
        return .failure(403, "Resource not accessible by integration")
      }
      return try installation()
    }
    guard sees(caller) else { return .notFound }
    switch path.first {
    case nil where request.method == "GET": return Answer(repository(caller, isFull: true))
    case "installation": return .failure(401, "A JSON web token could not be decoded")
    case "pulls": return try routePulls(request, Array(path.dropFirst()), caller)
    case "issues": return try routeIssues(request, Array(path.dropFirst()), caller)
    case "labels" where path.count == 1 && request.method == "GET":
      return page(labels.keys.sorted().map(label), request)
    case "labels" where path.count == 1 && request.method == "POST": return try createLabel(request, caller)
    case "commits" where path.count >= 2: return try routeCommits(request, Array(path.dropFirst()), caller)
    case "statuses" where path.count == 2 && request.method == "POST": return try createStatus(path[1], request, caller)
    // The old name of `commits/…/statuses`, which PyGithub still uses.
    case "statuses" where path.count >= 2 && request.method == "GET":
      return try routeCommits(request, Array(path.dropFirst()) + ["statuses"], caller)
    case "check-runs" where path.count == 1 && request.method == "POST": return try createCheckRun(request, caller)
    case "git" where path.count >= 2: return try routeGit(request, Array(path.dropFirst()), caller)
    case "branches" where request.method == "GET": return try routeBranches(request, Array(path.dropFirst()), caller)
    case "rules" where path.count >= 3 && path[1] == "branches" && request.method == "GET":
      return rules(path.dropFirst(2).joined(separator: "/"))
    case "collaborators" where path.count == 3 && path[2] == "permission" && request.method == "GET":
      return try collaborator(path[1], caller)
    case "collaborators" where path.count == 2 && request.method == "GET":
      return accounts[path[1]].map { $0.permission > .none } ?? false ? .nothing : .notFound
    default: return .notFound
    }
  }

  private func routePulls(_ request: IncomingRequest, _ path: [String], _ caller: Caller) throws -> Answer {
    try require("pull_requests", .read, caller)
    switch (request.method, path.count) {
    case ("GET", 0): return try listPulls(request, caller)
    case ("POST", 0): return try createPull(request, caller)
    default: break
    }
    guard let number = path.first.flatMap({ Int($0) }), let pull = pulls[number] else { return .notFound }
    switch (request.method, path.count, path.dropFirst().first) {
    case ("GET", 1, _): return Answer(try wholePull(number, caller))
    case ("PATCH", 1, _): return try editPull(number, request, caller)
    case ("PUT", 2, "merge"): return try mergePull(number, request, caller)
    case ("GET", 2, "merge"): return pull.isMerged ? .nothing : .notFound
    case ("PUT", 2, "update-branch"): return try updatePull(number, request, caller)
    case ("GET", 2, "commits"):
      let ids = try pull.isMerged ? bare.commits(in: pull.head, notIn: pull.baseHead) : commits(of: pull)
      return try page(ids.prefix(250).map { try bare.commit($0).map { try commit($0) } ?? .null }, request)
    case ("GET", 2, "reviews"): return page(pull.reviews.map { review($0, pull) }, request)
    case ("POST", 2, "reviews"): return try createReview(number, request, caller)
    case ("GET", 3, "reviews"):
      guard let found = pull.reviews.first(where: { String($0.id) == path[2] }) else { return .notFound }
      return Answer(review(found, pull))
    case ("PUT", 4, "reviews") where path[3] == "dismissals": return try dismissReview(number, path[2], request, caller)
    case ("GET", 2, "requested_reviewers"):
      return Answer(["users": .array(pull.requestedReviewers.map { user($0) }), "teams": .array(pull.requestedTeams.map(team))])
    case ("POST", 2, "requested_reviewers"): return try requestReviewers(number, request, caller)
    case ("DELETE", 2, "requested_reviewers"): return try dropReviewers(number, request, caller)
    default: return .notFound
    }
  }

  private func routeIssues(_ request: IncomingRequest, _ path: [String], _ caller: Caller) throws -> Answer {
    if path.count == 2, path[0] == "comments" {
      return request.method == "PATCH"
        ? try editComment(path[1], request, caller)
        : request.method == "GET"
          ? try getComment(path[1]) : request.method == "DELETE" ? try deleteComment(path[1], caller) : .notFound
    }
    guard let number = path.first.flatMap({ Int($0) }), let pull = pulls[number] else { return .notFound }
    switch (request.method, path.count, path.dropFirst().first) {
    case ("GET", 1, _): return Answer(issue(pull))
    case ("GET", 2, "comments"): return page(pull.comments.map { comment($0, pull) }, request)
    case ("POST", 2, "comments"): return try createComment(number, request, caller)
    case ("GET", 2, "labels"): return page(pull.labels.map(label), request)
    case ("POST", 2, "labels"): return try addLabels(number, request, caller)
    case ("DELETE", 3..., "labels"): return try removeLabel(number, path.dropFirst(2).joined(separator: "/"), caller)
    default: return .notFound
    }
  }

  private func routeCommits(_ request: IncomingRequest, _ path: [String], _ caller: Caller) throws -> Answer {
    guard request.method == "GET" else { return .notFound }
    let last = path.count > 1 ? path.last : nil
    let isOfCommit = ["status", "statuses", "check-runs", "pulls"].contains(last ?? "")
    let name = (isOfCommit ? path.dropLast() : path[...]).joined(separator: "/")
    guard let id = try resolve(name), let commit = try bare.commit(id) else {
      return .failure(422, "No commit found for SHA: \(name)")
    }
    switch isOfCommit ? last : nil {
    case "status":
      try require("statuses", .read, caller)
      return combinedStatus(id, request, caller)
    case "statuses":
      try require("statuses", .read, caller)
      return page((statuses[id] ?? []).reversed().map { status($0, id) }, request)
    case "check-runs":
      try require("checks", .read, caller)
      return listCheckRuns(id, request)
    case "pulls": return .notFound
    default: return Answer(try self.commit(commit, isFull: true))
    }
  }

  /// A commit by its id (or the beginning of one), a branch or a reference.
  func resolve(_ name: String) throws -> String? {
    if name.count == 40, name.allSatisfy(\.isHexDigit) { return try bare.object(name)?.kind == "commit" ? name : nil }
    return bare.branch(name) ?? bare.refs.read("refs/" + name)
  }

  // MARK: Pages

  /// One page of a list, with `Link`.
  func page(_ all: [JSON], _ request: IncomingRequest) -> Answer { page(all.count, request) { .array(all[$0].map(\.self)) } }

  func page(_ count: Int, _ request: IncomingRequest, _ body: (Range<Int>) -> JSON) -> Answer {
    let size = min(100, max(1, request.query("per_page").flatMap { Int($0) } ?? 30))
    let number = max(1, request.query("page").flatMap { Int($0) } ?? 1)
    let (first, last) = (min(count, (number - 1) * size), min(count, number * size))
    var answer = Answer(body(first..<last))
    let pages = max(1, (count + size - 1) / size)
    func link(_ page: Int, _ relation: String) -> String {
      var queries = request.queries.filter { $0.name != "page" }
      queries.append(("page", String(page)))
      let text = queries.map { "\($0.name)=\($0.value.addingPercentEncoding(withAllowedCharacters: .urlHostAllowed) ?? "")" }
      return "<\(api)\(request.path)?\(text.joined(separator: "&"))>; rel=\"\(relation)\""
    }
    var links: [String] = []
    if number > 1 { links.append(link(min(number - 1, pages), "prev")) }
    if number < pages { links += [link(number + 1, "next"), link(pages, "last")] }
    if number > 1 { links.append(link(1, "first")) }
    if !links.isEmpty { answer.headers.append(("Link", links.joined(separator: ", "))) }
    return answer
  }
}
