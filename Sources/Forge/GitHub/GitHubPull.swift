import Git
import Host

/// A pull request as the API has it, with what is needed beside the request itself.
struct GitHubPull: Sendable {
  var request: PullRequest
  /// By the server's clock.
  var updatedAt: Int
  /// Whether its branch is in the very repository that it goes to.
  var isOwn: Bool
  /// nil: still being computed, or not told in lists.
  var mergeable: Bool?
  /// `clean`, `dirty`, `blocked`, `behind`, `unstable`, `draft`, `unknown`.
  var mergeableState: String?

  /// - Returns: nil for an element without what every request has.
  init?(_ reader: inout JSONReader) throws(JSONError) {
    var fields = Fields()
    try reader.object { (reader, key) throws(JSONError) in try fields.read(key, &reader) }
    guard let number = fields.number, let head = fields.head.commit, let branch = fields.head.reference,
      let base = fields.base.reference
    else { return nil }
    let (body, mark) = HiddenMark.split(fields.body)
    let state: PullRequest.State = fields.mergedAt != nil ? .merged : fields.state == "open" ? .open : .closed
    request = PullRequest(
      number: number, title: fields.title, body: body, base: base, branch: branch, head: head, author: fields.author,
      state: state, closedAt: fields.closedAt, mark: mark, labels: fields.labels,
      mergedCommit: state == .merged ? fields.mergeCommit : nil, createdAt: fields.createdAt, isDraft: fields.isDraft,
      url: fields.url, mergesByItself: fields.mergesByItself)
    updatedAt = fields.updatedAt
    isOwn = fields.head.repository != nil && fields.head.repository == fields.base.repository
    mergeable = fields.mergeable
    mergeableState = fields.mergeableState
  }

  private struct Branch {
    var reference: String?
    var commit: ObjectID?
    var repository: Int?

    mutating func read(_ reader: inout JSONReader) throws(JSONError) {
      var branch = Branch()
      try reader.object { (reader, key) throws(JSONError) in
        switch key {
        case "ref": branch.reference = try reader.string()
        case "sha": branch.commit = try reader.string().flatMap { ObjectID(hex: $0) }
        case "repo":
          try reader.object { (reader, key) throws(JSONError) in
            if key == "id" { branch.repository = try reader.integer() }
          }
        default: break
        }
      }
      self = branch
    }
  }

  private struct Fields {
    var number: Int?
    var title = ""
    var body = ""
    var state = ""
    var author = "ghost"
    var head = Branch()
    var base = Branch()
    var labels: [String] = []
    var createdAt = 0
    var updatedAt = 0
    var closedAt: Int?
    var mergedAt: Int?
    var mergeCommit: ObjectID?
    var isDraft = false
    var url: String?
    var mergesByItself = false
    var mergeable: Bool?
    var mergeableState: String?

    mutating func read(_ key: String, _ reader: inout JSONReader) throws(JSONError) {
      switch key {
      case "number": number = try reader.integer()
      case "title": title = try reader.string() ?? ""
      case "body": body = try reader.string() ?? ""
      case "state": state = try reader.string() ?? ""
      case "user": author = try Self.login(&reader) ?? "ghost"
      case "head": try head.read(&reader)
      case "base": try base.read(&reader)
      case "labels": labels = try Self.names(&reader)
      case "created_at": createdAt = try Self.moment(&reader) ?? 0
      case "updated_at": updatedAt = try Self.moment(&reader) ?? 0
      case "closed_at": closedAt = try Self.moment(&reader)
      case "merged_at": mergedAt = try Self.moment(&reader)
      case "merge_commit_sha": mergeCommit = try reader.string().flatMap { ObjectID(hex: $0) }
      case "draft": isDraft = try reader.bool() ?? false
      case "html_url": url = try reader.string()
      case "auto_merge": mergesByItself = reader.isObject
      case "mergeable": mergeable = try reader.bool()
      case "mergeable_state": mergeableState = try reader.string()
      default: break
      }
    }

    private static func moment(_ reader: inout JSONReader) throws(JSONError) -> Int? {
      try reader.string().flatMap { RFC3339.seconds($0) }
    }

    private static func login(_ reader: inout JSONReader) throws(JSONError) -> String? {
      var login: String?
      try reader.object { (reader, key) throws(JSONError) in if key == "login" { login = try reader.string() } }
      return login
    }

    private static func names(_ reader: inout JSONReader) throws(JSONError) -> [String] {
      var names: [String] = []
      try reader.list { (reader) throws(JSONError) in
        try reader.object { (reader, key) throws(JSONError) in
          if key == "name", let name = try reader.string() { names.append(name) }
        }
      }
      return names
    }
  }
}

extension GitHubAnswer {
  func pull() throws(ForgeError) -> GitHubPull {
    let pull = try read { (reader) throws(JSONError) in try GitHubPull(&reader) }
    guard let pull else { throw .unexpected("what \(host) answers to \"\(call.verb)\" is no pull request") }
    return pull
  }

  /// The requests of a list.
  func pulls() throws(ForgeError) -> [GitHubPull] {
    try read { (reader) throws(JSONError) in
      var pulls: [GitHubPull] = []
      try reader.list { (reader) throws(JSONError) in if let pull = try GitHubPull(&reader) { pulls.append(pull) } }
      return pulls
    }
  }
}
