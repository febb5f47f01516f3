extension FakeGitHub {
  static let profile: JSON = [
    "name": nil, "company": nil, "blog": "", "location": nil, "email": nil, "hireable": nil, "bio": nil, "twitter_username": nil,
    "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0, "created_at": "2023-11-14T22:13:20Z",
    "updated_at": "2023-11-14T22:13:20Z",
  ]

  func ownAccount(_ caller: Caller) throws -> Answer {
    switch caller.kind {
    case .anonymous: .failure(401, "Requires authentication")
    case .installation, .app: .failure(403, "Resource not accessible by integration")
    case .person: Answer(user(caller.login).with(Self.profile))
    }
  }

  private func requireJWT(_ caller: Caller) throws {
    guard caller.kind == .app else { throw Refused(.failure(401, "A JSON web token could not be decoded")) }
  }

  func ownApp(_ caller: Caller) throws -> Answer {
    try requireJWT(caller)
    return Answer(appShape(app?.id ?? 0).with(["installations_count": 1]))
  }

  func installation() throws -> Answer {
    guard let app else { return .notFound }
    let url = "\(api)/app/installations/\(app.installation)"
    let day = Times.iso(1_700_000_000)
    return Answer([
      "id": .int(app.installation), "account": user(owner), "repository_selection": "selected",
      "access_tokens_url": "\(url)/access_tokens", "repositories_url": "\(api)/installation/repositories",
      "html_url": "\(origin)/settings/installations/\(app.installation)", "app_id": .int(app.id), "app_slug": .string(app.slug),
      "client_id": .string(app.clientID), "target_id": 1, "target_type": "User", "permissions": permissions(app.permissions),
      "events": [], "created_at": .string(day), "updated_at": .string(day), "single_file_name": nil,
      "suspended_by": nil, "suspended_at": app.isSuspended ? .string(day) : nil,
    ])
  }

  private func permissions(_ permissions: [String: String]) -> JSON {
    .object(permissions.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .string($0.value)) })
  }

  func installationToken(_ installation: String, _ request: IncomingRequest, _ caller: Caller) throws -> Answer {
    try requireJWT(caller)
    guard let app, installation == String(app.installation) else { return .notFound }
    if app.isSuspended { return .failure(403, "This installation has been suspended") }
    let asked = request.body.isEmpty ? JSON.object([]) : try fields(request)
    if asked.has("repositories"), asked["repositories"].strings.contains(where: { $0.lowercased() != nameNow.lowercased() }) {
      return .failure(
        422, "There is at least one repository that does not exist or is not accessible to the parent installation.")
    }
    var granted = app.permissions
    if case .object(let wanted) = asked["permissions"] {
      for member in wanted {
        guard let has = app.permissions[member.name], has == "write" || member.value.string == "read" else {
          return .failure(422, "The permissions requested are not granted to this installation.")
        }
      }
      granted = ["metadata": "read"]
      for member in wanted { granted[member.name] = member.value.string }
    }
    let token = "ghs_" + Self.hash("installation \(newID())", 36)
    tokens[token] = Token(login: app.login, kind: .installation, expires: now + 3_600, permissions: granted)
    return Answer(
      [
        "token": .string(token), "expires_at": .string(Times.iso(now + 3_600)), "permissions": permissions(granted),
        "repository_selection": "selected",
      ], status: 201)
  }

  func collaborator(_ login: String, _ caller: Caller) throws -> Answer {
    try require("metadata", .read, caller)
    guard let account = accounts.first(where: { $0.key.lowercased() == login.lowercased() })?.value else { return .notFound }
    // It knows only four; the role's name is exact.
    let level: Permission =
      switch account.permission {
      case .maintain: .write
      case .triage: .read
      default: account.permission
      }
    return Answer([
      "permission": .string(level.name), "role_name": .string(account.permission.name),
      "user": user(account.login).with([
        "permissions": [
          "admin": .bool(account.permission >= .admin), "maintain": .bool(account.permission >= .maintain),
          "push": .bool(account.permission >= .write), "triage": .bool(account.permission >= .triage),
          "pull": .bool(account.permission >= .read),
        ], "role_name": .string(account.permission.name),
      ]),
    ])
  }

  func meta() -> Answer {
    var answer: JSON = ["verifiable_password_authentication": true]
    if let version = behaviour.enterpriseVersion { answer = answer.with(["installed_version": .string(version)]) }
    return Answer(answer)
  }
}
