import HTTP

extension SmartHTTP {
  /// Asks the server about itself, following redirects, and remembers what it says.
  @discardableResult
  nonisolated(nonsending) func discover(_ service: Service = .upload) async throws(GitError) -> Advertisement {
    let end = "info/refs?service=\(service.rawValue)"
    var base = url.trimmed
    for _ in 0..<6 {
      var request = try request(.get, base, end)
      if service == .upload { request.headers.append("Git-Protocol", "version=2") }
      let answer = try await send(request)
      if (300..<400).contains(answer.status), let location = answer.headers["location"] {
        base = try redirected(from: request.url, to: location, end: "/" + end)
        continue
      }
      try check(answer.head, answer.body)
      let type = answer.headers["content-type"] ?? ""
      guard type.hasPrefix("application/x-\(service.rawValue)-advertisement") else {
        var error = notGit
        if type.hasPrefix("text/plain") {
          error.hint = "if the repository is served as plain files, serve it by git http-backend"
        }
        throw error
      }
      let advertisement = try read(answer.body)
      if service == .upload { found(advertisement.server(at: base)) }
      return advertisement
    }
    throw GitError(.unreachable, context, "it is redirected more than 5 times")
  }

  private func read(_ body: [UInt8]) throws(GitError) -> Advertisement {
    var reader = PacketReader(body)
    if let words = try next(&reader)?.refusal { throw refused(words) }
    let advertisement: Advertisement
    do throws(PacketReader.Failure) { advertisement = try Advertisement(body) } catch { throw notGit }
    if advertisement.capabilities.contains("object-format=sha256") {
      throw GitError(.unsupported, context, "its objects are named by SHA-256, which is not supported yet")
    }
    return advertisement
  }

  private func redirected(from url: HTTPURL, to location: String, end: String) throws(GitError) -> String {
    do throws(HTTPError) {
      let next = try url.resolving(location)
      guard next.isSecure || !url.isSecure else {
        throw HTTPError(.redirect, "", "it is redirected from https to \(next.origin), which is not followed")
      }
      guard next.text.hasSuffix(end) else {
        throw HTTPError(.redirect, "", "it is redirected to \(next.origin), and not to a repository", hint: "is it a login page?")
      }
      return try HTTPURL(String(next.text.dropLast(end.count))).trimmed
    } catch {
      throw GitError(.notARepository, context, error.message, hint: error.hint)
    }
  }

  /// The references at or below these prefixes, as they are now; with `head` also what HEAD points to.
  nonisolated(nonsending) func references(_ prefixes: [String], head: Bool) async throws(GitError) -> Advertisement {
    if let server, server.isVersion2, let answer = try await list(prefixes, head, server) { return answer }
    // Nobody has asked yet; or it has moved, or forgotten version 2.
    let advertisement = try await discover()
    guard let server, server.isVersion2 else {
      var result = advertisement
      result.references = advertisement.references.filter { ReferenceName.matches($0.key, prefixes) }
      return result
    }
    guard let answer = try await list(prefixes, head, server) else { throw cutShort }
    return answer
  }

  /// - Returns: nil where the server should be asked about itself first.
  private nonisolated(nonsending) func list(
    _ prefixes: [String], _ head: Bool, _ server: SmartServer
  ) async throws(GitError) -> Advertisement? {
    var body = server.command("ls-refs")
    if head {
      body.line("symrefs")
      if server.features.contains(.unborn) { body.line("unborn") }
      body.line("ref-prefix HEAD")
    }
    for prefix in prefixes { body.line("ref-prefix " + (prefix.isEmpty ? "refs/" : prefix)) }
    body.flush()
    var request = try post(.upload, server.base, body.bytes, isVersion2: true)
    request.isRepeatable = true
    let answer = try await send(request)
    if isStale(answer.head) || (answer.status == 200 && answer.body.isEmpty) { return nil }
    try check(answer.head, answer.body)
    return try list(answer.body, prefixes)
  }

  /// Whether what is remembered of the server no longer holds.
  func isStale(_ head: HTTPHead) -> Bool {
    (300..<400).contains(head.status) || (!isDiscovered && [400, 404, 405, 410].contains(head.status))
  }

  private func list(_ body: [UInt8], _ prefixes: [String]) throws(GitError) -> Advertisement {
    var result = Advertisement()
    var reader = PacketReader(body)
    var isEnded = false
    while let packet = try next(&reader) {
      if let words = packet.refusal { throw refused(words) }
      guard let line = packet.line else {
        isEnded = true
        break
      }
      let words = line.split(separator: " ")
      guard words.count >= 2 else { continue }
      let name = String(words[1])
      if name == "HEAD" {
        let mark = "symref-target:"
        result.head = words.dropFirst(2).first { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
      } else if name.hasPrefix("refs/"), ReferenceName.matches(name, prefixes) {
        guard let id = ObjectID(hex: String(words[0])) else { throw notGit }
        result.references[name] = id
      }
    }
    guard isEnded else { throw cutShort }
    return result
  }
}
