extension FakeGitHub {
  func createReview(_ number: Int, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try require("pull_requests", .read, caller)
    if caller.kind == .installation { try require("pull_requests", .write, caller) }
    let asked = try fields(request)
    guard let login = caller.login else { return .notFound }
    let state: FakePull.Review.State
    switch asked["event"].string {
    case nil, "": state = .pending
    case "APPROVE": state = .approved
    case "REQUEST_CHANGES": state = .changesRequested
    case "COMMENT": state = .commented
    default: return .invalid("PullRequestReview", field: "event")
    }
    let given = try review(number, state, by: login, body: asked["body"].string ?? "", commit: asked["commit_id"].string)
    guard let pull = pulls[number] else { return .notFound }
    return Answer(review(given, pull))
  }

  /// Says a word on a request.
  @discardableResult
  func review(
    _ number: Int, _ state: FakePull.Review.State, by login: String, body: String = "", commit: String? = nil
  ) throws -> FakePull.Review {
    guard let pull = pulls[number] else { throw Refused(.notFound) }
    if pull.author == login, state == .approved || state == .changesRequested {
      let what = state == .approved ? "approve" : "request changes on"
      throw Refused(.failure(422, "Unprocessable Entity", errors: ["Can not \(what) your own pull request"]))
    }
    if body.isEmpty, state == .commented || state == .changesRequested {
      throw Refused(.failure(422, "Unprocessable Entity", errors: ["Body can't be blank"]))
    }
    let review = FakePull.Review(
      id: newID(), by: login, state: state, body: body, commit: commit ?? pull.head, at: now)
    pulls[number]?.reviews.append(review)
    pulls[number]?.requestedReviewers.removeAll { $0 == login }
    pulls[number]?.updatedAt = now
    return review
  }

  func dismissReview(_ number: Int, _ id: String, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try require("pull_requests", .write, caller)
    guard let place = pulls[number]?.reviews.firstIndex(where: { String($0.id) == id }) else { return .notFound }
    pulls[number]?.reviews[place].state = .dismissed
    guard let pull = pulls[number] else { return .notFound }
    return Answer(review(pull.reviews[place], pull))
  }

  func requestReviewers(_ number: Int, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try require("pull_requests", .write, caller)
    let asked = try fields(request)
    guard let pull = pulls[number] else { return .notFound }
    let (people, teams) = (asked["reviewers"].strings, asked["team_reviewers"].strings)
    if people.contains(pull.author) {
      return .failure(422, "Review cannot be requested from pull request author.")
    }
    let areAllKnown = people.allSatisfy { (accounts[$0]?.permission ?? .none) >= .read } && teams.allSatisfy(self.teams.contains)
    guard areAllKnown else {
      return .failure(
        422,
        "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator "
          + "of the \(name) repository.")
    }
    pulls[number]?.requestedReviewers += people.filter { !pull.requestedReviewers.contains($0) }
    pulls[number]?.requestedTeams += teams.filter { !pull.requestedTeams.contains($0) }
    pulls[number]?.updatedAt = now
    return Answer(self.pull(pulls[number] ?? pull, .raw(repository(caller).bytes)), status: 201)
  }

  func dropReviewers(_ number: Int, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try require("pull_requests", .write, caller)
    let asked = try fields(request)
    pulls[number]?.requestedReviewers.removeAll { asked["reviewers"].strings.contains($0) }
    pulls[number]?.requestedTeams.removeAll { asked["team_reviewers"].strings.contains($0) }
    guard let pull = pulls[number] else { return .notFound }
    return Answer(self.pull(pull, .raw(repository(caller).bytes)))
  }
}
