extension FakeGitHub {
  static let longestDescription = 140
  static let mostStatuses = 1_000

  func createStatus(_ commit: String, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try require("statuses", .write, caller)
    let asked = try fields(request)
    guard let login = caller.login else { return .notFound }
    guard commit.count == 40, try bare.object(commit)?.kind == "commit" else {
      return .failure(422, "No commit found for SHA: \(commit)")
    }
    let state = asked["state"].string ?? ""
    guard ["error", "failure", "pending", "success"].contains(state) else {
      return .invalid("Status", field: "state", code: state.isEmpty ? "missing_field" : "custom")
    }
    let context = asked["context"].string ?? "default"
    guard context.count <= 255 else {
      return .custom("Status", field: "context", "context is too long (maximum is 255 characters)")
    }
    if let text = asked["description"].string, text.count > Self.longestDescription {
      return .custom("Status", field: "description", "description is too long (maximum is \(Self.longestDescription) characters)")
    }
    guard (statuses[commit] ?? []).filter({ $0.context.lowercased() == context.lowercased() }).count < Self.mostStatuses else {
      return .custom("Status", "This SHA and context has reached the maximum number of statuses.")
    }
    let made = set(
      context: context, state: state, description: asked["description"].string, target: asked["target_url"].string, on: commit,
      by: login, app: caller.kind == .installation ? app?.id : nil)
    var answer = Answer(status(made, commit), status: 201)
    answer.headers.append(("Location", "\(repositoryURL)/statuses/\(commit)"))
    return answer
  }

  @discardableResult
  func set(
    context: String, state: String, description: String?, target: String?, on commit: String, by login: String, app: Int?
  ) -> FakeStatus {
    let made = FakeStatus(
      id: newID(), context: context, state: state, description: description, target: target, by: login, app: app, at: now)
    statuses[commit, default: []].append(made)
    return made
  }

  func status(_ status: FakeStatus, _ commit: String) -> JSON {
    simple(status, commit).with(["creator": user(status.by)])
  }

  private func simple(_ status: FakeStatus, _ commit: String) -> JSON {
    [
      "url": "\(repositoryURL)/statuses/\(commit)", "avatar_url": "\(origin)/avatars/u/\(accounts[status.by]?.id ?? 0)",
      "id": .int(status.id), "node_id": Self.node("StatusContext", status.id), "state": .string(status.state),
      "description": JSON(status.description), "target_url": JSON(status.target), "context": .string(status.context),
      "created_at": Times.json(status.at), "updated_at": Times.json(status.at),
    ]
  }

  func combinedStatus(_ commit: String, _ request: IncomingRequest, _ caller: Caller) -> Answer {
    let latest = latestStatuses(of: commit)
    let state =
      latest.contains { $0.state == "failure" || $0.state == "error" }
      ? "failure" : latest.isEmpty || latest.contains { $0.state == "pending" } ? "pending" : "success"
    return page(latest.count, request) { range in
      [
        "state": .string(state), "statuses": .array(latest[range].map { simple($0, commit) }), "sha": .string(commit),
        "total_count": .int(latest.count), "repository": .raw(repository(caller).bytes),
        "commit_url": "\(repositoryURL)/commits/\(commit)", "url": "\(repositoryURL)/commits/\(commit)/status",
      ]
    }
  }

  // MARK: Check runs

  func createCheckRun(_ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    guard caller.kind == .installation, let app else {
      return .failure(403, "You must authenticate via a GitHub App.")
    }
    try require("checks", .write, caller)
    let asked = try fields(request)
    guard let commit = asked["head_sha"].string, try bare.commit(commit) != nil else {
      return .failure(422, "No commit found for SHA: \(asked["head_sha"].string ?? "")")
    }
    guard let name = asked["name"].string else { return .invalid("CheckRun", field: "name", code: "missing_field") }
    let conclusion = asked["conclusion"].string
    let run = FakeCheckRun(
      id: newID(), name: name, status: conclusion == nil ? asked["status"].string ?? "queued" : "completed",
      conclusion: conclusion,
      title: asked["output"]["title"].string, summary: asked["output"]["summary"].string, app: app.id, at: now)
    checkRuns[commit, default: []].append(run)
    return Answer(checkRun(run, commit), status: 201)
  }

  func listCheckRuns(_ commit: String, _ request: IncomingRequest) -> Answer {
    var runs = request.query("filter") == "all" ? (checkRuns[commit] ?? []).reversed() : latestRuns(of: commit)
    if let name = request.query("check_name") { runs = runs.filter { $0.name == name } }
    return page(runs.count, request) { range in
      ["total_count": .int(runs.count), "check_runs": .array(runs[range].map { checkRun($0, commit) })]
    }
  }

  private func checkRun(_ run: FakeCheckRun, _ commit: String) -> JSON {
    let url = "\(repositoryURL)/check-runs/\(run.id)"
    return [
      "id": .int(run.id), "head_sha": .string(commit), "node_id": Self.node("CheckRun", run.id), "external_id": "",
      "url": .string(url), "html_url": "\(origin)/\(name)/runs/\(run.id)", "details_url": "https://ci.example.test/\(run.id)",
      "status": .string(run.status), "conclusion": JSON(run.conclusion), "started_at": Times.json(run.at),
      "completed_at": Times.json(run.status == "completed" ? run.at : nil),
      "output": [
        "title": JSON(run.title), "summary": JSON(run.summary), "text": nil, "annotations_count": 0,
        "annotations_url": "\(url)/annotations",
      ],
      "name": .string(run.name), "check_suite": ["id": .int(run.app)], "app": appShape(run.app), "pull_requests": [],
    ]
  }
}
