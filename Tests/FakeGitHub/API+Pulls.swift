extension FakeGitHub {
  func listPulls(_ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    let state = request.query("state") ?? "open"
    guard ["open", "closed", "all"].contains(state) else { return .invalid("PullRequest", field: "state") }
    var found = listed.values.filter { pull in
      guard state == "all" || pull.isOpen == (state == "open") else { return false }
      if let base = request.query("base"), pull.base != base { return false }
      // Without an owner it is ignored.
      guard let head = request.query("head"), let colon = head.firstIndex(of: ":") else { return true }
      return head[..<colon].lowercased() == owner.lowercased() && pull.branch == head[head.index(after: colon)...]
    }
    let isUpdated = request.query("sort") == "updated"
    let isAscending = request.query("direction").map { $0 == "asc" } ?? (request.query("sort").map { $0 != "created" } ?? false)
    found.sort { one, other in
      let (left, right) = isUpdated ? (one.updatedAt, other.updatedAt) : (one.createdAt, other.createdAt)
      return (left, one.number) < (right, other.number)
    }
    if !isAscending { found.reverse() }
    let shape = JSON.raw(repository(caller).bytes)
    return page(found.count, request) { range in .array(found[range].map { pull($0, shape) }) }
  }

  static let longestBody = 65_536

  func check(title: String?, body: String?) throws {
    if let title, title.isEmpty { throw Refused(.invalid("PullRequest", field: "title", code: "missing_field")) }
    if let title, title.count > 256 {
      throw Refused(.custom("Issue", field: "title", "title is too long (maximum is 256 characters)"))
    }
    if let body, body.count > Self.longestBody {
      throw Refused(.custom("Issue", field: "body", "body is too long (maximum is \(Self.longestBody) characters)"))
    }
  }

  func fields(_ request: IncomingRequest) throws -> JSON {
    guard let json = JSON(parsing: request.body), case .object = json else {
      throw Refused(.failure(400, "Problems parsing JSON"))
    }
    return json
  }

  func createPull(_ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try require("pull_requests", .write, caller)
    let asked = try fields(request)
    guard let author = caller.login else { return .notFound }
    guard let title = asked["title"].string else { return .invalid("PullRequest", field: "title", code: "missing_field") }
    try check(title: title, body: asked["body"].string)
    guard let base = asked["base"].string, bare.branch(base) != nil else { return .invalid("PullRequest", field: "base") }
    var branch = asked["head"].string ?? ""
    if let colon = branch.firstIndex(of: ":") {
      guard branch[..<colon].lowercased() == owner.lowercased() else { return .invalid("PullRequest", field: "head") }
      branch = String(branch[branch.index(after: colon)...])
    }
    guard bare.branch(branch) != nil else { return .invalid("PullRequest", field: "head") }
    let pull = try open(
      title: title, body: asked["body"].string, base: base, branch: branch, by: author, isDraft: asked["draft"].bool ?? false)
    var answer = Answer(try wholePull(pull.number, caller, isAsked: false), status: 201)
    answer.headers.append(("Location", pullURL(pull.number)))
    return answer
  }

  /// Opens a request, or says why not.
  func open(
    title: String, body: String?, base: String, branch: String, by author: String, isDraft: Bool = false
  ) throws -> FakePull {
    guard let tip = bare.branch(base) else { throw Refused(.invalid("PullRequest", field: "base")) }
    guard let head = bare.branch(branch) else { throw Refused(.invalid("PullRequest", field: "head")) }
    if open(from: branch, to: base) != nil {
      throw Refused(.custom("PullRequest", "A pull request already exists for \(owner):\(branch)."))
    }
    guard branch != base, try !bare.commits(in: head, notIn: tip).isEmpty else {
      throw Refused(.custom("PullRequest", "No commits between \(base) and \(branch)"))
    }
    lastNumber += 1
    var pull = FakePull(
      number: lastNumber, title: title, body: body, author: author, base: base, branch: branch, head: head, baseHead: tip, at: now
    )
    pull.isDraft = isDraft
    pulls[pull.number] = pull
    try bare.refs.write("refs/pull/\(pull.number)/head", head)
    return pull
  }

  func editPull(_ number: Int, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    let asked = try fields(request)
    try require("pull_requests", pulls[number]?.author == caller.login ? .read : .write, caller)
    if caller.kind == .installation { try require("pull_requests", .write, caller) }
    try check(title: asked["title"].string, body: asked["body"].string)
    if let base = asked["base"].string, base != pulls[number]?.base {
      guard let tip = bare.branch(base) else { return .invalid("PullRequest", field: "base") }
      guard pulls[number]?.isOpen ?? false else {
        return .custom("PullRequest", field: "base", "Cannot change base of closed pull request")
      }
      pulls[number]?.base = base
      pulls[number]?.baseHead = tip
    }
    switch asked["state"].string {
    case nil: break
    case "closed": if pulls[number]?.isOpen ?? false { close(number, by: caller.login ?? "") }
    case "open": try reopen(number)
    default: return .invalid("PullRequest", field: "state")
    }
    if let title = asked["title"].string, title != pulls[number]?.title {
      pulls[number]?.title = title
      pulls[number]?.updatedAt = now
    }
    if asked.has("body"), asked["body"].string != pulls[number]?.body {
      pulls[number]?.body = asked["body"].string
      pulls[number]?.updatedAt = now
    }
    return Answer(try wholePull(number, caller, isAsked: false))
  }

  func reopen(_ number: Int) throws {
    guard let pull = pulls[number], !pull.isOpen else { return }
    func refuse(_ why: String) -> Refused { Refused(.custom("PullRequest", field: "state", "state cannot be changed. \(why)")) }
    if pull.isMerged { throw refuse("The pull request cannot be reopened.") }
    guard let head = bare.branch(pull.branch) else { throw refuse("The \(pull.branch) branch has been deleted.") }
    guard let tip = bare.branch(pull.base) else { throw refuse("The \(pull.base) branch has been deleted.") }
    if pull.wasRecreated, head != pull.head { throw refuse("The \(pull.branch) branch was force-pushed or recreated.") }
    if let other = open(from: pull.branch, to: pull.base) {
      throw refuse("There is already an open pull request (#\(other.number)) from \(pull.branch) to \(pull.base).")
    }
    guard try !bare.commits(in: head, notIn: tip).isEmpty else {
      throw refuse("There are no new commits on the \(owner):\(pull.branch) branch.")
    }
    pulls[number]?.isOpen = true
    pulls[number]?.closedAt = nil
    pulls[number]?.closedBy = nil
    pulls[number]?.wasRecreated = false
    pulls[number]?.updatedAt = now
    pulls[number]?.head = head
    pulls[number]?.baseHead = tip
    try bare.refs.write("refs/pull/\(number)/head", head)
  }
}
