extension FakeGitHub {
  func mergePull(_ number: Int, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try require("contents", .write, caller)
    let asked = request.body.isEmpty ? JSON.object([]) : try fields(request)
    guard let account = caller.account else { return .notFound }
    guard let method = Method(rawValue: asked["merge_method"].string ?? "merge") else {
      return .failure(422, "Invalid request.\n\n\"merge_method\" is not one of merge, squash, rebase.")
    }
    let landed = try merge(
      number, method, by: account, sha: asked["sha"].string, title: asked["commit_title"].string,
      message: asked["commit_message"].string)
    return Answer(["sha": .string(landed), "merged": true, "message": "Pull Request successfully merged"])
  }

  func updatePull(_ number: Int, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try require("contents", .write, caller)
    let asked = request.body.isEmpty ? JSON.object([]) : try fields(request)
    guard let account = caller.account else { return .notFound }
    if let expected = asked["expected_head_sha"].string, expected != pulls[number]?.head {
      return .failure(422, "expected head sha didn't match current head ref.")
    }
    _ = try updateBranch(number, by: account)
    return Answer(["message": "Updating pull request branch.", "url": .string(pullURL(number))], status: 202)
  }
}
