/// What clients outside of this process may have done: `POST /_fake/…` with JSON.
extension FakeGitHub {
  func administer(_ request: IncomingRequest) -> Answer {
    let asked = JSON(parsing: request.body) ?? .object([])
    let login = asked["as"].string ?? ""
    let number = asked["number"].int ?? 0
    let done: JSON = ["done": true]
    do {
      switch request.path.dropFirst(7) {
      case "log": return Answer(.array(requests.map { .string($0.line) }))
      case "forget": forgetRequests()
      case "advance": advance(seconds: asked["seconds"].int ?? 0)
      case "approve": try approve(number, as: login)
      case "request-changes": try requestChanges(number, as: login)
      case "comment": try comment(number, as: login, body: asked["body"].string ?? "")
      case "label": try label(number, asked["label"].string ?? "", as: login)
      case "unlabel": try unlabel(number, asked["label"].string ?? "", as: login)
      case "close": try close(number, as: login)
      case "reopen": try reopen(number, as: login)
      case "merge":
        return Answer(["sha": .string(try merge(number, Style(rawValue: asked["style"].string ?? "") ?? .merge, as: login))])
      case "revert": return Answer(["number": .int(try revert(number, as: login))])
      case "update-branch": return Answer(["sha": .string(try updateBranch(number, as: login))])
      case "commit":
        var files: [String: String?] = [:]
        if case .object(let members) = asked["files"] {
          for member in members { files[member.name] = .some(member.value.string) }
        }
        let commit = try commit(
          files, on: asked["branch"].string ?? "", message: asked["message"].string ?? "Change", as: login)
        return Answer(["sha": .string(commit)])
      case "delete-branch": try deleteBranch(asked["branch"].string ?? "", as: login)
      case "check-run":
        setCheckRun(asked["name"].string ?? "", asked["conclusion"].string, on: asked["commit"].string ?? "")
      case "protect":
        let protection = Protection(
          asked["kind"].string == "ruleset" ? .ruleset : .classic, approvals: asked["approvals"].int,
          checks: asked["checks"].strings.map { Protection.Check($0) }
        ) {
          $0.isStrict = asked["strict"].bool ?? false
          $0.bindsAdministrators = asked["admins"].bool ?? true
          $0.dismissesStale = asked["dismiss"].bool ?? false
          if asked.has("pushers") { $0.pushers = asked["pushers"].strings }
        }
        protect(asked["branch"].string ?? "main", asked["off"].bool == true ? nil : protection)
      case "limit":
        limit {
          $0.requests = asked["requests"].int ?? $0.requests
          $0.contentPerMinute = asked["perMinute"].int ?? $0.contentPerMinute
        }
      default: return .notFound
      }
      return Answer(done)
    } catch { return .failure(422, "\(error)") }
  }
}
