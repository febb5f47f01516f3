import Foundation

extension FakeGitHub {
  /// Answers one request; whether the connection goes on.
  func serve(_ request: IncomingRequest, _ client: Client) throws -> Bool {
    if request.path.hasPrefix("/_fake/") { return send(administer(request), request, client, place: nil) }
    var request = request
    let git = gitRequest(request)
    var entry = LoggedRequest(channel: git == nil ? .rest : .git, method: request.method, target: request.target)
    if git == nil, request.target.hasPrefix("/api/v3") {
      request.target = String(request.target.dropFirst(7))
      if !request.target.hasPrefix("/") { request.target = "/" + request.target }
      entry.target = request.target
    }
    entry.headers = request.headers.filter { $0.key != "authorization" }
    entry.isConditional = request.headers["if-none-match"] != nil
    entry.received = request.body.count
    let place = locked {
      entry.user = Self.credential(request).flatMap { tokens[$0]?.login }
      entry.fault = fault(for: entry)
      served += 1
      settle()
      log.append(entry)
      return Place(number: log.count - 1, target: entry.target)
    }
    defer { locked { if isLogged(place) { log[place.number].bytes = client.written } } }
    switch entry.fault {
    case nil: break
    case .cut(let count): client.budget = count
    case .reset:
      client.reset()
      return false
    case .loseAnswer:
      client.isMute = true
      client.reset()
    case .delay(let milliseconds): usleep(UInt32(milliseconds) * 1_000)
    case .status, .secondaryLimit, .html, .answer: return send(faulty(entry.fault), request, client, place: place)
    }
    let goesOn: Bool
    if let git {
      goesOn = try serve(git, request, client, place)
    } else {
      goesOn = locked {
        let answer = answer(request)
        if request.method != "GET" { autoMerge() }
        return send(answer, request, client, place: place)
      }
    }
    guard case .loseAnswer? = entry.fault else { return goesOn && client.budget == nil }
    return false
  }

  /// Where a request stands in the log, as long as that is not forgotten.
  struct Place {
    var number: Int
    var target: String
  }

  private func isLogged(_ place: Place) -> Bool { place.number < log.count && log[place.number].target == place.target }

  func note(_ status: Int, at place: Place?, user: String? = nil) {
    locked {
      guard let place, isLogged(place) else { return }
      log[place.number].status = status
      if let user { log[place.number].user = user }
    }
  }

  private func faulty(_ fault: FakeFault.Kind?) -> Answer {
    switch fault {
    case .status(let status, let headers):
      let words = [429: "Too Many Requests", 500: "Server Error", 502: "Server Error", 503: "Service unavailable"][status]
      var answer = Answer.failure(status, words ?? "Something went wrong")
      answer.headers += headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      return answer
    case .secondaryLimit(let status, let retryAfter): return secondary(status: status, retryAfter: retryAfter)
    case .html:
      let page = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"
      return Answer(text: page, type: "text/html; charset=utf-8")
    case .answer(let text): return Answer(text: text, type: "application/json; charset=utf-8")
    default: return .failure(500, "Server Error")
    }
  }

  // MARK: The API

  private func answer(_ request: IncomingRequest) -> Answer {
    let path = Self.segments(request.path)
    guard request.headers["user-agent"]?.isEmpty == false else {
      return Answer(
        text: "Request forbidden by administrative rules. Please make sure your request has a User-Agent header "
          + "(https://docs.github.com/rest/overview/resources-in-the-rest-api#user-agent-required).\n", status: 403)
    }
    var caller = Caller(kind: .anonymous)
    do {
      caller = try self.caller(request)
      var answer = try overLimit(request, path: path, by: caller) ?? route(request, path, caller)
      if request.method == "GET", answer.status == 200 {
        let tag = answer.tag(for: caller.login)
        answer.headers.append(("ETag", tag))
        if Self.matches(request.headers["if-none-match"], tag) {
          answer.status = 304
          answer.body = []
        }
      }
      count(answer, path: path, by: caller)
      answer.headers += limitHeaders(caller)
      return answer
    } catch let refused as Refused {
      var answer = refused.answer
      count(answer, path: path, by: caller)
      answer.headers += limitHeaders(caller)
      return answer
    } catch {
      return .failure(500, "Server Error: \(error)")
    }
  }

  static func segments(_ path: String) -> [String] {
    path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
  }

  private static func matches(_ header: String?, _ tag: String) -> Bool {
    func strong(_ text: some StringProtocol) -> String {
      let text = text.trimmingCharacters(in: .whitespaces)
      return text.hasPrefix("W/") ? String(text.dropFirst(2)) : text
    }
    guard let header else { return false }
    return header == "*" || header.split(separator: ",").contains { strong($0) == strong(tag) }
  }

  // MARK: Sending

  static let reasons = [
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 304: "Not Modified",
    307: "Temporary Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 422: "Unprocessable Entity", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
  ]

  func head(_ status: Int, _ headers: [(name: String, value: String)]) -> [UInt8] {
    var text = "HTTP/1.1 \(status) \(Self.reasons[status] ?? "Unknown")\r\nServer: GitHub.com\r\nDate: \(Times.http(now))\r\n"
    for header in headers { text += "\(header.name): \(header.value)\r\n" }
    return Array((text + "\r\n").utf8)
  }

  func send(_ answer: Answer, _ request: IncomingRequest, _ client: Client, place: Place?) -> Bool {
    var headers = answer.headers
    let hasBody = answer.status != 204 && answer.status != 304
    if hasBody {
      headers.append(("Content-Type", answer.type))
      headers.append(("Content-Length", String(answer.body.count)))
    }
    headers += [
      ("Cache-Control", "private, max-age=60, s-maxage=60"), ("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP"),
      ("X-GitHub-Media-Type", "github.v3; format=json"), ("X-GitHub-Request-Id", Self.hash("\(locked { served })", 16)),
    ]
    if let version = locked({ behaviour.enterpriseVersion }) { headers.append(("X-GitHub-Enterprise-Version", version)) }
    if request.closes { headers.append(("Connection", "close")) }
    note(answer.status, at: place)
    return client.write(head(answer.status, headers) + (hasBody && request.method != "HEAD" ? answer.body : []))
      && !request.closes
  }
}
