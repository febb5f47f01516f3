import HTTP
import Host

/// What the API said, success or not.
struct GitHubAnswer: Sendable {
  let status: Int
  let head: HTTPHead
  let body: [UInt8]
  let call: GitHubCall
  let host: String
  /// Of an answer that is no success: GitHub's own words, without secrets.
  let refusal: Refusal

  struct Refusal: Sendable {
    struct Problem: Sendable {
      var field: String?
      var code: String?
      var message: String?
    }

    var message = ""
    var problems: [Problem] = []

    /// All of it on one line.
    var words: String {
      let details = problems.compactMap { problem in
        problem.message ?? problem.code.map { "\(problem.field ?? "it") is \($0)" }
      }
      return OneLine.text(([message] + details).filter { !$0.isEmpty }.joined(separator: ": "), limit: 400)
    }

    func says(_ fragment: String) -> Bool { words.lowercased().contains(fragment) }
  }

  init(_ response: HTTPResponse, to call: GitHubCall, host: String, secrets: [Secret]) {
    status = response.status
    head = response.head
    body = response.body
    self.call = call
    self.host = host
    refusal = response.isSuccess ? Refusal() : Self.refusal(response, Redactor(secrets: secrets))
  }

  var isSuccess: Bool { (200..<300).contains(status) }

  /// A page for people: a proxy's, or the wrong address.
  var isPage: Bool { head.headers["content-type"]?.lowercased().hasPrefix("text/html") ?? false }

  /// `{message, errors: [{resource, field, code, message} or text]}`; whatever else comes is no words.
  private static func refusal(_ response: HTTPResponse, _ redactor: Redactor) -> Refusal {
    guard let value = try? JSONValue(parsing: response.body, maximumSize: 1 << 20) else { return Refusal() }
    func text(_ value: JSONValue?) -> String? { value?.string.map { OneLine.text(redactor.redact($0), limit: 300) } }
    var refusal = Refusal(message: text(value["message"]) ?? "")
    for problem in (value["errors"]?.array ?? []).prefix(5) {
      refusal.problems.append(
        Refusal.Problem(
          field: text(problem["field"]), code: text(problem["code"]), message: text(problem["message"]) ?? text(problem)))
    }
    return refusal
  }

  // MARK: Contents

  func value() throws(ForgeError) -> JSONValue {
    try read { (reader) throws(JSONError) in try reader.value() }
  }

  /// Reads what a success holds.
  /// - Throws: `ForgeError` for what is no success, or no JSON.
  func read<Result>(_ read: (inout JSONReader) throws(JSONError) -> Result) throws(ForgeError) -> Result {
    guard isSuccess else { throw error }
    do throws(JSONError) { return try JSONReader.document(body, maximumSize: 32 << 20, read) } catch {
      if isPage { throw pageError }
      throw .unexpected("what \(host) answers to \"\(call.verb)\" can't be read: \(error)")
    }
  }

  // MARK: Refusals

  /// What an answer that is no success, or a page, means wherever nothing more is known of the call.
  var error: ForgeError {
    let said = refusal.words.isEmpty ? "HTTP status \(status)" : refusal.words
    let sentence = "\(host) refuses to \(call.verb): \(said)"
    if isPage && status != 404 { return pageError }
    switch status {
    case 401: return .unauthorized(words: sentence, hint: "check the token, and that it has not expired")
    case 403: return .notPermitted(words: sentence, hint: permissionHint)
    case 404:
      return .noProject(
        "\(host) does not find what it is asked to \(call.verb): there is none, or this account may not see it",
        hint: permissionHint ?? "check the repository's address, and that the token is for this repository")
    case 300..<400:
      return .noProject("the repository has moved at \(host)", hint: "write its new address into the policy")
    case 500...: return .unavailable(words: "\(host) fails to \(call.verb): \(said)", hint: "run again in some minutes")
    default: return .unexpected(sentence)
    }
  }

  private var pageError: ForgeError {
    .unavailable(
      words: "\(host) answers to \"\(call.verb)\" with a page for people (HTTP status \(status))",
      hint: "check the API's address, and whether a proxy stands before it")
  }

  /// GitHub names in headers what would have been needed.
  private var permissionHint: String? {
    if head.headers["x-github-sso"] != nil { return "authorise the token for the organisation's single sign-on" }
    if let needed = head.headers["x-accepted-github-permissions"], !needed.isEmpty {
      return "give the app or token the permission \(OneLine.text(needed, limit: 100))"
    }
    if status == 403, let scopes = head.headers["x-accepted-oauth-scopes"], !scopes.isEmpty {
      return "give the token one of the scopes \(OneLine.text(scopes, limit: 100))"
    }
    return nil
  }

  // MARK: Pages

  private static func isNext(_ parameter: Substring) -> Bool { parameter == "rel=\"next\"" || parameter == "rel=next" }

  /// The next page by `Link`, on the very server that was asked.
  func nextPage(origin: HTTPURL.Origin) throws(ForgeError) -> HTTPURL? {
    for header in head.headers.values("link") {
      // Addresses may hold commas and semicolons: `<address>; rel="next", <address>; rel="last"`.
      for link in header.split(separator: "<").filter({ $0.contains(">") }) {
        let parts = link.split(separator: ">", maxSplits: 1)
        guard parts.count == 2, parts[1].split(whereSeparator: { ";, ".contains($0) }).contains(where: Self.isNext) else {
          continue
        }
        guard let url = try? head.url.resolving(String(parts[0])), url.origin == origin else {
          throw .unexpected("\(host) says that a list goes on at another server, which is not followed")
        }
        return url
      }
    }
    return nil
  }
}

/// What became of a call that writes.
enum GitHubOutcome: Sendable {
  case answered(GitHubAnswer)
  /// It was sent, and nobody knows whether it did anything.
  case lost(words: String)
}
