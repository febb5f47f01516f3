import HTTP
import Host

extension SmartHTTP {
  var context: String { "cannot use \(url)" }

  /// No answer at all.
  func failure(_ error: HTTPError) -> GitError {
    GitError(error.kind == .invalid ? .invalid : .unreachable, context, error.message, hint: error.hint)
  }

  func unauthorized(_ place: HTTPURL, areGiven: Bool) -> GitError {
    if areGiven {
      return GitError(
        .refused, context, "the credentials are refused", hint: "check the user and the token, and what it may do")
    }
    guard place.origin == url.origin else {
      return GitError(
        .refused, context, "it redirects to \(place.origin), which asks who we are; credentials are sent to \(url.origin) only",
        hint: "use the address it redirects to")
    }
    return GitError(.refused, context, "the server asks who we are", hint: "give credentials for it")
  }

  /// Ended before its end, though HTTP itself saw nothing wrong.
  var cutShort: GitError {
    GitError(.unreachable, context, "the server's answer ended before its end", hint: "check the network, and run again")
  }

  var notGit: GitError {
    GitError(
      .notARepository, context, "what answers there does not speak git's protocol", hint: "check the address")
  }

  /// A server may repeat what it was sent.
  func redact(_ words: String) -> String {
    guard let credentials else { return words }
    return Redactor(secrets: [credentials.password, Secret(Self.pair(credentials))]).redact(words)
  }

  func next(_ reader: inout PacketReader) throws(GitError) -> Packet? {
    do throws(PacketReader.Failure) { return try reader.next() } catch { throw notGit }
  }

  /// What the server says in git's own protocol.
  func refused(_ words: String) -> GitError {
    var error = GitError(.refused, context, redact(words))
    error.isOfRemote = true
    if words.contains("not our ref") || words.contains("no such remote ref") { error.kind = .notFound }
    return error
  }

  /// - Throws: what an answer other than 200 means, and a page where git's protocol should be.
  func check(_ head: HTTPHead, _ body: [UInt8]) throws(GitError) {
    let type = head.headers["content-type"]?.lowercased() ?? ""
    let said = type.hasPrefix("text/plain") ? ServerWords.text(String(decoding: body.prefix(400), as: UTF8.self)) : ""
    let text = redact(said)
    let words = text.isEmpty ? "" : " (\(text))"
    switch head.status {
    case 200:
      if type.hasPrefix("text/html") {
        throw GitError(
          .notARepository, context, "a web page is there, not a git server", hint: "check the address; or is it a login page?")
      }
    case 401: throw unauthorized(head.url, areGiven: false)
    case 403:
      throw GitError(.refused, context, "the server does not allow it\(words)", hint: "check what the credentials may do")
    case 404, 410:
      throw GitError(
        .notARepository, context, "there is no repository\(words)",
        hint: "check the address; a private repository looks like that to whoever may not read it")
    case 413:
      throw GitError(
        .refused, context, "what is sent is larger than the server, or a proxy before it, takes (413)",
        hint: "raise its limit of request bodies (nginx: client_max_body_size)")
    case let status:
      throw GitError(
        .unreachable, context, "the server answers \(status)\(words)",
        hint: status == 429 || status >= 500 ? "run again later" : "check the address")
    }
  }
}
