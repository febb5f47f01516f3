import Foundation

/// People, the repository and labels, with all members that GitHub's published description asks for.
extension FakeGitHub {
  static func node(_ kind: String, _ id: Int) -> JSON {
    .string(Data("0:\(kind.utf8.count)\(kind):\(id)".utf8).base64EncodedString())
  }

  func user(_ login: String?) -> JSON {
    guard let login, let account = accounts[login] else { return .null }
    let url = api + "/users/" + (login.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? login)
    return [
      "login": .string(login), "id": .int(account.id), "node_id": Self.node("User", account.id),
      "avatar_url": "\(origin)/avatars/u/\(account.id)", "gravatar_id": "", "url": .string(url),
      "html_url": "\(origin)/\(account.isBot ? "apps/" + login.replacingOccurrences(of: "[bot]", with: "") : login)",
      "followers_url": "\(url)/followers", "following_url": "\(url)/following{/other_user}",
      "gists_url": "\(url)/gists{/gist_id}",
      "starred_url": "\(url)/starred{/owner}{/repo}", "subscriptions_url": "\(url)/subscriptions",
      "organizations_url": "\(url)/orgs", "repos_url": "\(url)/repos", "events_url": "\(url)/events{/privacy}",
      "received_events_url": "\(url)/received_events", "type": account.isBot ? "Bot" : "User", "site_admin": false,
    ]
  }

  /// Whoever has the address of an account.
  func user(email: String) -> JSON { user(accounts.values.first { $0.email == email }?.login) }

  var repositoryURL: String { "\(api)/repos/\(owner)/\(nameNow)" }

  func repository(_ caller: Caller, isFull: Bool = false) -> JSON {
    let url = repositoryURL
    let page = "\(origin)/\(name)"
    let created = Times.iso(1_700_000_000)
    var members: JSON = [
      "id": 1, "node_id": Self.node("Repository", 1), "name": .string(nameNow), "full_name": .string(name),
      "private": .bool(behaviour.isPrivate), "owner": user(owner), "html_url": .string(page), "description": nil, "fork": false,
      "url": .string(url),
    ]
    for (name, path) in Self.repositoryLinks { members = members.with(.object([.init(name: name, value: "\(url)\(path)")])) }
    members = members.with([
      "git_url": "git://127.0.0.1/\(name).git", "ssh_url": "git@127.0.0.1:\(name).git", "clone_url": "\(page).git",
      "svn_url": .string(page), "mirror_url": nil, "homepage": nil, "size": 108, "stargazers_count": 0, "watchers_count": 0,
      "language": nil, "has_issues": true, "has_projects": true, "has_downloads": true, "has_wiki": true, "has_pages": false,
      "has_discussions": false, "forks_count": 0, "archived": false, "disabled": false, "open_issues_count": 0, "license": nil,
      "allow_forking": true, "is_template": false, "web_commit_signoff_required": false, "topics": [],
      "visibility": behaviour.isPrivate ? "private" : "public", "forks": 0, "open_issues": 0, "watchers": 0,
      "default_branch": "main", "pushed_at": .string(created), "created_at": .string(created), "updated_at": .string(created),
    ])
    members = members.with(["permissions": permissions(of: caller)])
    guard isFull else { return members }
    members = members.with(["network_count": 0, "subscribers_count": 0])
    guard caller.permission >= .write else { return members }
    return members.with([
      "allow_squash_merge": .bool(mergeSettings.squash), "allow_merge_commit": .bool(mergeSettings.merge),
      "allow_rebase_merge": .bool(mergeSettings.rebase), "allow_auto_merge": .bool(mergeSettings.allowsAutoMerge),
      "delete_branch_on_merge": .bool(mergeSettings.deletesBranches), "allow_update_branch": true,
      "use_squash_pr_title_as_default": false, "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
      "squash_merge_commit_message": "COMMIT_MESSAGES", "merge_commit_title": "MERGE_MESSAGE", "merge_commit_message": "PR_TITLE",
    ])
  }

  private func permissions(of caller: Caller) -> JSON {
    let level = caller.permission
    return [
      "admin": .bool(level >= .admin), "maintain": .bool(level >= .maintain), "push": .bool(level >= .write),
      "triage": .bool(level >= .triage), "pull": true,
    ]
  }

  private static let repositoryLinks = [
    ("archive_url", "/{archive_format}{/ref}"), ("assignees_url", "/assignees{/user}"), ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"), ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"), ("commits_url", "/commits{/sha}"), ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"), ("contributors_url", "/contributors"), ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"), ("events_url", "/events"), ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"), ("git_tags_url", "/git/tags{/sha}"), ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"), ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"), ("keys_url", "/keys{/key_id}"), ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"), ("merges_url", "/merges"), ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"), ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"), ("stargazers_url", "/stargazers"), ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"), ("subscription_url", "/subscription"), ("tags_url", "/tags"), ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
  ]

  func label(_ name: String) -> JSON {
    let id = 5_000 + (Int(Self.hash(name, 6), radix: 16) ?? 0)
    let path = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? name
    return [
      "id": .int(id), "node_id": Self.node("Label", id), "url": "\(repositoryURL)/labels/\(path)", "name": .string(name),
      "color": .string(labels[name] ?? "ededed"), "default": .bool(["bug", "documentation", "enhancement"].contains(name)),
      "description": nil, "archived_at": nil, "archived_by": nil,
    ]
  }

  func appShape(_ id: Int) -> JSON {
    let slug = app.flatMap { $0.id == id ? $0.slug : nil } ?? otherApps[id] ?? "app-\(id)"
    let day = Times.iso(1_700_000_000)
    return [
      "id": .int(id), "slug": .string(slug), "node_id": Self.node("Integration", id), "owner": user(owner), "name": .string(slug),
      "client_id": .string(app?.clientID ?? "Iv23other"), "description": nil, "external_url": "https://example.test",
      "html_url": "\(origin)/apps/\(slug)", "created_at": .string(day), "updated_at": .string(day),
      "permissions": .object(
        (app?.permissions ?? [:]).sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .string($0.value)) }),
      "events": [],
    ]
  }

  // MARK: Commits

  func commit(_ commit: Bare.Commit, isFull: Bool = false) throws -> JSON {
    let url = "\(repositoryURL)/commits/\(commit.id)"
    func person(_ signature: Bare.Signature) -> JSON {
      ["name": .string(signature.name), "email": .string(signature.email), "date": .string(Times.iso(signature.seconds))]
    }
    let isOurs = commit.committer.email == Self.webFlow.email
    let verification: JSON = [
      "verified": .bool(commit.isSigned || isOurs), "reason": commit.isSigned || isOurs ? "valid" : "unsigned",
      "signature": nil, "payload": nil, "verified_at": nil,
    ]
    var members: JSON = [
      "sha": .string(commit.id), "node_id": .string("C_" + Self.hash(commit.id, 20)),
      "commit": [
        "author": person(commit.author), "committer": person(commit.committer),
        "message": .string(commit.message.trimmingCharacters(in: .newlines)),
        "tree": ["sha": .string(commit.tree), "url": "\(repositoryURL)/git/trees/\(commit.tree)"],
        "url": "\(repositoryURL)/git/commits/\(commit.id)", "comment_count": 0, "verification": verification,
      ],
      "url": .string(url), "html_url": "\(origin)/\(name)/commit/\(commit.id)", "comments_url": "\(url)/comments",
      "author": user(email: commit.author.email),
      "committer": isOurs ? user("web-flow") : user(email: commit.committer.email),
      "parents": .array(
        commit.parents.map {
          [
            "sha": .string($0), "url": "\(repositoryURL)/commits/\($0)", "html_url": "\(origin)/\(name)/commit/\($0)",
          ]
        }),
    ]
    guard isFull else { return members }
    let changes = try commit.parents.first.map { try bare.changes($0, commit.id) } ?? (added: 0, deleted: 0, files: [])
    members = members.with([
      "stats": [
        "total": .int(changes.added + changes.deleted), "additions": .int(changes.added), "deletions": .int(changes.deleted),
      ],
      "files": .array(
        changes.files.map {
          [
            "sha": .string(Self.hash($0, 40)), "filename": .string($0), "status": "modified", "additions": 0, "deletions": 0,
            "changes": 0, "blob_url": "\(origin)/\(name)/blob/\(commit.id)/x", "raw_url": "\(origin)/\(name)/raw/\(commit.id)/x",
            "contents_url": "\(repositoryURL)/contents/x?ref=\(commit.id)",
          ]
        }),
    ])
    return members
  }

  static let webFlow = Bare.Signature(name: "GitHub", email: "noreply@github.com", seconds: 0)
}
