import Foundation
import TestSupport

/// git over HTTP: who may, the real `git http-backend`, and what a push means for requests.
extension FakeGitHub {
  struct GitRequest {
    /// `info/refs`, `git-upload-pack`, `git-receive-pack`.
    var path: String
    var repository: String
    var owner: String
    var isWrite: Bool
  }

  /// One command of a push.
  struct PushCommand {
    var ref: String
    var old: String
    var new: String

    static let zero = String(repeating: "0", count: 40)
    var isDelete: Bool { new == Self.zero }
  }

  /// Nil for what is none.
  func gitRequest(_ request: IncomingRequest) -> GitRequest? {
    let parts = Self.segments(request.path)
    guard parts.count >= 3, case let rest = parts.dropFirst(2).joined(separator: "/"),
      ["info/refs", "git-upload-pack", "git-receive-pack"].contains(rest)
    else { return nil }
    let name = parts[1].hasSuffix(".git") ? String(parts[1].dropLast(4)) : parts[1]
    let service = rest == "info/refs" ? request.query("service") : rest
    return GitRequest(path: rest, repository: name, owner: parts[0], isWrite: service == "git-receive-pack")
  }

  static func prepare(_ path: String) throws {
    // Words for a reference refuse it; `@` names what only the pushed objects show.
    let hook = """
      #!/bin/sh
      test -n "$FAKE_REFUSALS" || exit 0
      head=$(awk -F'\\t' -v ref="$1" '$1 == ref && $2 !~ /^@/ { print $2 }' "$FAKE_REFUSALS")
      rules=$(awk -F'\\t' -v ref="$1" '$1 == ref && $2 ~ /^@/ { print $2 }' "$FAKE_REFUSALS")
      refused=
      case $rules in *@linear*)
        if [ -n "$(git rev-list --merges "$3" "^$2")" ]; then refused='error: This branch must not contain merge commits.'; fi ;;
      esac
      case $rules in *@signed*)
        for commit in $(git rev-list "$3" "^$2"); do
          git cat-file commit "$commit" | grep -q '^gpgsig ' || refused='error: Commits must have verified signatures.'
        done ;;
      esac
      case $rules in *@forward*)
        if ! git merge-base --is-ancestor "$2" "$3"; then refused='error: Cannot force-push to this protected branch'; fi ;;
      esac
      if [ -n "$refused" ]; then
        printf 'error: GH006: Protected branch update failed for %s.\\n%s\\n' "$1" "$refused" >&2
        exit 1
      fi
      if [ -n "$head" ]; then printf '%s\\n' "$head" >&2; exit 1; fi
      exit 0

      """
    let file = path + "/hooks/update"
    try FileManager.default.createDirectory(atPath: path + "/hooks", withIntermediateDirectories: true)
    try hook.write(toFile: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
  }

  /// Whether the connection goes on.
  func serve(_ git: GitRequest, _ request: IncomingRequest, _ client: Client, _ place: Place) throws -> Bool {
    let caller: Caller
    do { caller = try locked { try self.caller(request) } } catch let refused as Refused {
      // Over git a bad token is asked for again.
      if refused.answer.status == 401 { return send(unauthorized("Invalid username or token."), request, client, place: place) }
      return send(refused.answer, request, client, place: place)
    }
    note(0, at: place, user: caller.login)
    if let refusal = locked({ refusal(of: git, caller) }) { return send(refusal, request, client, place: place) }
    var inner = RawRequest(method: request.method, target: "", headers: request.headers, body: request.body)
    inner.target = String(bare.path.dropFirst(folder.count)) + "/" + git.path + request.target.drop { $0 != "?" }
    if git.path == "git-receive-pack" { return try push(inner, request, caller, client, place) }
    return try fetch(inner, request, caller, client, place)
  }

  private func unauthorized(_ words: String) -> Answer {
    var answer = Answer(text: words + "\n", status: 401)
    answer.headers.append(("WWW-Authenticate", "Basic realm=\"GitHub\""))
    return answer
  }

  private func refusal(of git: GitRequest, _ caller: Caller) -> Answer? {
    let names = oldNames.union([nameNow]).map { $0.lowercased() }
    let isHere = git.owner.lowercased() == owner.lowercased() && names.contains(git.repository.lowercased())
    guard isHere, sees(caller) else {
      return caller.kind == .anonymous
        ? unauthorized("Authentication required") : Answer(text: "Repository not found.\n", status: 404)
    }
    guard git.isWrite else { return nil }
    if caller.kind == .anonymous { return unauthorized("Authentication required") }
    let may = caller.kind == .installation ? caller.permissions["contents"] == "write" : caller.permission >= .write
    return may ? nil : Answer(text: "Permission to \(name).git denied to \(caller.login ?? "nobody").\n", status: 403)
  }

  private func backend(_ refusals: String? = nil) -> GitBackend {
    GitBackend(
      root: folder,
      configuration: [
        "receive.hideRefs": "refs/pull", "uploadpack.allowFilter": "true", "uploadpack.allowAnySHA1InWant": "true",
        "gc.auto": "0",
        "receive.autogc": "false", "core.logAllRefUpdates": "false", "receive.denyDeleteCurrent": "refuse",
      ], environment: refusals.map { ["FAKE_REFUSALS": $0] } ?? [:])
  }

  private struct Gone: Error {}

  private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
    Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + Array("\r\n".utf8)
  }

  private func fetch(
    _ inner: RawRequest, _ request: IncomingRequest, _ caller: Caller, _ client: Client, _ place: Place
  ) throws -> Bool {
    var isWhole = true
    try backend().run(
      inner, user: caller.login,
      head: { given in
        note(given.status, at: place)
        let headers = given.headers + [("Transfer-Encoding", "chunked")] + (request.closes ? [("Connection", "close")] : [])
        isWhole = client.write(head(given.status, headers))
      },
      body: { bytes in
        isWhole = isWhole && client.write(Self.chunk(bytes))
        guard isWhole else { throw Gone() }
      })
    return isWhole && client.write(Array("0\r\n\r\n".utf8)) && !request.closes
  }

  // MARK: Pushes

  static func commands(_ body: [UInt8]) -> [PushCommand] {
    var found: [PushCommand] = []
    var place = 0
    while place + 4 <= body.count, let size = Int(String(decoding: body[place..<(place + 4)], as: UTF8.self), radix: 16),
      size > 4,
      place + size <= body.count
    {
      let line = body[(place + 4)..<(place + size)].prefix { $0 != 0 && $0 != 10 }
      let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 2).map(String.init)
      if words.count == 3, words[0].count == 40 { found.append(PushCommand(ref: words[2], old: words[0], new: words[1])) }
      place += size
    }
    return found
  }

  private func push(
    _ inner: RawRequest, _ request: IncomingRequest, _ caller: Caller, _ client: Client, _ place: Place
  ) throws -> Bool {
    let commands = Self.commands(request.body)
    let words = locked { caller.account.map { refusals(commands, $0) } ?? "" }
    var file: String?
    if !words.isEmpty {
      file = folder + "/refusals-" + UUID().uuidString
      try words.write(toFile: file ?? "", atomically: true, encoding: .utf8)
    }
    defer { if let file { try? FileManager.default.removeItem(atPath: file) } }
    let (given, body) = try backend(file).answer(inner, user: caller.login)
    try locked { try pushed(commands, by: caller.login ?? "") }
    note(given.status, at: place)
    let headers = given.headers + [("Content-Length", String(body.count))] + (request.closes ? [("Connection", "close")] : [])
    return client.write(head(given.status, headers) + body) && !request.closes
  }

  /// What of a push came to be.
  private func pushed(_ commands: [PushCommand], by login: String) throws {
    var moves: [Move] = []
    for command in commands where command.ref.hasPrefix("refs/heads/") {
      let now = bare.refs.read(command.ref)
      guard command.isDelete ? now == nil : now == command.new, command.old != command.new else { continue }
      moves.append(
        Move(
          branch: String(command.ref.dropFirst(11)), old: command.old == PushCommand.zero ? nil : command.old, new: now))
    }
    if !moves.isEmpty { try moved(moves, by: login) }
  }

  /// For the hook: a line for each word about a reference.
  private func refusals(_ commands: [PushCommand], _ account: Account) -> String {
    var lines = ""
    for command in commands where command.ref.hasPrefix("refs/heads/") {
      guard let protection = protections[String(command.ref.dropFirst(11))], protection.binds(account) else { continue }
      var words: [String] = []
      if command.isDelete { words.append("Cannot delete this protected branch") }
      if let pushers = protection.pushers, !pushers.contains(account.login) {
        words.append(
          "You're not authorized to push to this branch. Visit https://docs.github.com/articles/about-protected-branches/ for more "
            + "information.")
      }
      if protection.hasMergeQueue { words.append("Changes must be made through the merge queue") }
      if let approvals = protection.approvals {
        words.append(
          protection.kind == .ruleset
            ? "Changes must be made through a pull request."
            : "At least \(approvals) approving review\(approvals == 1 ? " is" : "s are") required by reviewers with write access."
        )
      }
      words += checkObstacles(command.new, protection)
      for word in refusal(command.ref, words, protection.kind) { lines += "\(command.ref)\t\(word)\n" }
      if protection.isLinear, !command.isDelete { lines += "\(command.ref)\t@linear\n" }
      if protection.needsSignatures, !command.isDelete { lines += "\(command.ref)\t@signed\n" }
      if !command.isDelete, command.old != PushCommand.zero { lines += "\(command.ref)\t@forward\n" }
    }
    return lines
  }

  private func refusal(_ ref: String, _ words: [String], _ kind: Protection.Kind) -> [String] {
    guard !words.isEmpty else { return [] }
    switch kind {
    case .classic: return ["error: GH006: Protected branch update failed for \(ref)."] + words.map { "error: " + $0 }
    case .ruleset:
      return [
        "error: GH013: Repository rule violations found for \(ref).", "Review all repository rules at \(origin)/\(name)/rules",
      ]
        + words.map { "- " + $0 }
    }
  }
}
