/// Requests, and what hangs on them.
extension FakeGitHub {
  func pullURL(_ number: Int) -> String { "\(repositoryURL)/pulls/\(number)" }
  func pageURL(_ number: Int) -> String { "\(origin)/\(name)/pull/\(number)" }
  func issueURL(_ number: Int) -> String { "\(repositoryURL)/issues/\(number)" }

  private func end(_ branch: String, _ commit: String, _ repository: JSON) -> JSON {
    [
      "label": "\(owner):\(branch)", "ref": .string(branch), "sha": .string(commit), "user": user(owner), "repo": repository,
    ]
  }

  /// As lists have it.
  ///
  /// - Parameter repository: the repository's shape, made once for a list.
  func pull(_ pull: FakePull, _ repository: JSON) -> JSON {
    let id = 900_000 + pull.number
    let (url, issue) = (pullURL(pull.number), issueURL(pull.number))
    let page = pageURL(pull.number)
    func link(_ url: String) -> JSON { ["href": .string(url)] }
    return [
      "url": .string(url), "id": .int(id), "node_id": Self.node("PullRequest", id), "html_url": .string(page),
      "diff_url": "\(page).diff", "patch_url": "\(page).patch", "issue_url": .string(issue), "number": .int(pull.number),
      "state": pull.isOpen ? "open" : "closed", "locked": false, "title": .string(pull.title), "user": user(pull.author),
      "body": JSON(pull.body), "created_at": Times.json(pull.createdAt), "updated_at": Times.json(pull.updatedAt),
      "closed_at": Times.json(pull.closedAt), "merged_at": Times.json(pull.mergedAt), "merge_commit_sha": JSON(pull.mergeCommit),
      "assignee": nil, "assignees": [], "requested_reviewers": .array(pull.requestedReviewers.map { user($0) }),
      "requested_teams": .array(pull.requestedTeams.map(team)), "labels": .array(pull.labels.map(label)), "milestone": nil,
      "draft": .bool(pull.isDraft), "commits_url": "\(url)/commits", "review_comments_url": "\(url)/comments",
      "review_comment_url": "\(repositoryURL)/pulls/comments{/number}", "comments_url": "\(issue)/comments",
      "statuses_url": "\(repositoryURL)/statuses/\(pull.head)", "head": end(pull.branch, pull.head, repository),
      "base": end(pull.base, pull.baseHead, repository),
      "_links": [
        "self": link(url), "html": link(page), "issue": link(issue), "comments": link("\(issue)/comments"),
        "review_comments": link("\(url)/comments"), "review_comment": link("\(repositoryURL)/pulls/comments{/number}"),
        "commits": link("\(url)/commits"), "statuses": link("\(repositoryURL)/statuses/\(pull.head)"),
      ],
      "author_association": .string(association(pull.author)), "auto_merge": autoMerge(pull.autoMerge), "active_lock_reason": nil,
    ]
  }

  /// As one alone is answered.
  ///
  /// - Parameter isAsked: has `mergeable` computed; who writes is told nothing of it.
  func wholePull(_ number: Int, _ caller: Caller, isAsked: Bool = true) throws -> JSON {
    let (mergeable, state) = try isAsked ? mergeability(number, caller) : (nil, "unknown")
    guard let pull = pulls[number] else { throw Refused(.notFound) }
    let base = bare.branch(pull.base) ?? pull.baseHead
    let commits = try pull.isMerged ? bare.commits(in: pull.head, notIn: pull.baseHead) : commits(of: pull)
    let tip = pull.isMerged ? pull.baseHead : base
    let isAhead = try commits.first.flatMap { try bare.commit($0) }?.parents == [tip]
    let from = try isAhead ? tip : bare.mergeBase(tip, pull.head) ?? pull.baseHead
    let changes = try bare.changes(from, pull.head)
    return self.pull(pull, .raw(repository(caller).bytes)).with([
      "merged": .bool(pull.isMerged), "mergeable": JSON(mergeable), "rebaseable": JSON(mergeable),
      "mergeable_state": .string(state),
      "merged_by": user(pull.mergedBy), "comments": .int(pull.comments.count), "review_comments": 0,
      "maintainer_can_modify": false, "commits": .int(commits.count), "additions": .int(changes.added),
      "deletions": .int(changes.deleted), "changed_files": .int(changes.files.count),
    ])
  }

  private func autoMerge(_ arming: FakePull.AutoMerge?) -> JSON {
    guard let arming else { return .null }
    return ["enabled_by": user(arming.by), "merge_method": .string(arming.method), "commit_title": "", "commit_message": ""]
  }

  func association(_ login: String) -> String {
    if login == owner { return "OWNER" }
    switch accounts[login]?.permission ?? .none {
    case .none: return "NONE"
    case .read: return "CONTRIBUTOR"
    default: return "COLLABORATOR"
    }
  }

  func team(_ slug: String) -> JSON {
    let url = "\(api)/organizations/1/team/1"
    return [
      "id": 1, "node_id": Self.node("Team", 1), "name": .string(slug), "slug": .string(slug), "description": nil,
      "privacy": "closed", "notification_setting": "notifications_enabled", "url": .string(url),
      "html_url": "\(origin)/orgs/\(owner)/teams/\(slug)", "members_url": "\(url)/members{/member}",
      "repositories_url": "\(url)/repos", "permission": "push", "parent": nil, "type": "organization", "organization_id": 1,
    ]
  }

  func review(_ review: FakePull.Review, _ pull: FakePull) -> JSON {
    let page = "\(pageURL(pull.number))#pullrequestreview-\(review.id)"
    var members: JSON = [
      "id": .int(review.id), "node_id": Self.node("PullRequestReview", review.id), "user": user(review.by),
      "body": .string(review.body), "state": .string(review.state.rawValue), "html_url": .string(page),
      "pull_request_url": .string(pullURL(pull.number)), "author_association": .string(association(review.by)),
      "_links": ["html": ["href": .string(page)], "pull_request": ["href": .string(pullURL(pull.number))]],
      "commit_id": .string(review.commit),
    ]
    if review.state != .pending { members = members.with(["submitted_at": Times.json(review.at)]) }
    return members
  }

  func comment(_ comment: FakePull.Comment, _ pull: FakePull) -> JSON {
    [
      "id": .int(comment.id), "node_id": Self.node("IssueComment", comment.id),
      "url": "\(repositoryURL)/issues/comments/\(comment.id)",
      "html_url": "\(pageURL(pull.number))#issuecomment-\(comment.id)", "issue_url": .string(issueURL(pull.number)),
      "body": .string(comment.body), "user": user(comment.by), "created_at": Times.json(comment.at),
      "updated_at": Times.json(comment.updatedAt), "author_association": .string(association(comment.by)),
      "performed_via_github_app": nil,
    ]
  }

  func issue(_ pull: FakePull) -> JSON {
    let url = issueURL(pull.number)
    let id = 700_000 + pull.number
    return [
      "id": .int(id), "node_id": Self.node("Issue", id), "url": .string(url), "repository_url": .string(repositoryURL),
      "labels_url": "\(url)/labels{/name}", "comments_url": "\(url)/comments", "events_url": "\(url)/events",
      "html_url": .string(pageURL(pull.number)), "number": .int(pull.number), "state": pull.isOpen ? "open" : "closed",
      "state_reason": nil, "title": .string(pull.title), "body": JSON(pull.body), "user": user(pull.author),
      "labels": .array(pull.labels.map(label)), "assignee": nil, "assignees": [], "milestone": nil, "locked": false,
      "active_lock_reason": nil, "comments": .int(pull.comments.count),
      "pull_request": [
        "url": .string(pullURL(pull.number)), "html_url": .string(pageURL(pull.number)),
        "diff_url": "\(pageURL(pull.number)).diff", "patch_url": "\(pageURL(pull.number)).patch",
        "merged_at": Times.json(pull.mergedAt),
      ],
      "closed_at": Times.json(pull.closedAt), "created_at": Times.json(pull.createdAt), "updated_at": Times.json(pull.updatedAt),
      "draft": .bool(pull.isDraft), "closed_by": user(pull.closedBy), "author_association": .string(association(pull.author)),
      "performed_via_github_app": nil,
    ]
  }
}
