import Fleet
import HTTP
import Host
import Kubernetes

/// Asks an address of the policy's for one cluster: once, without redirects, within its time.
struct HTTPQuestion: Sendable {
  let settings: HTTPSettings
  let means: ObservingMeans

  struct Answer: Sendable {
    var status: Int
    var body: [UInt8]
    var location: String?
    /// Takes out what was sent as a secret: a server may say it back.
    var redactor: Redactor
    var sentToken: Bool
  }

  /// - Parameters:
  ///   - change: makes it another request than a GET.
  ///   - limit: so much of the body is read.
  ///   - isCut: more is left unread, and no error.
  func ask(
    _ url: HTTPURL, limit: Int, isCut: Bool = false, _ change: (inout HTTPRequest) -> Void = { _ in }
  ) async throws(NoAnswer) -> Answer {
    var request = HTTPRequest(.get, url)
    request.redirects = 0
    request.retry = .never
    request.connection.proxy = .environment(means.environment)
    if let ca = settings.ca { request.connection.trust = .only(.file(means.path(ca))) }
    change(&request)
    let end = ContinuousClock.now + settings.timeout
    let token = try token(for: url)
    let answer = try await send(request, token, until: end, limit, isCut)
    guard answer.status == 401, let token, let newer = try self.token(for: url), newer != token else { return answer }
    return try await send(request, newer, until: end, limit, isCut)
  }

  private func send(
    _ request: HTTPRequest, _ token: Secret?, until end: ContinuousClock.Instant, _ limit: Int, _ isCut: Bool
  ) async throws(NoAnswer) -> Answer {
    var request = request
    let left = max(end - ContinuousClock.now, .milliseconds(1))
    request.timing.deadline = left
    request.timing.attempt = left
    request.timing.connect = min(request.timing.connect, left)
    // Counted here: what is cut may have any length.
    request.limits.body = 1 << 40
    if let token { request.headers.append("Authorization", "Bearer \(token.reveal())", isSecret: true) }
    let redactor = Redactor(secrets: token.map { [$0] } ?? [])
    do throws(HTTPError) {
      let stream = try await means.http.stream(request)
      var body: [UInt8] = []
      while let part = try await stream.next() {
        body += part
        if body.count > limit {
          guard !isCut else { break }
          throw HTTPError(.tooLarge, "cannot GET \(request.shownURL)", "the answer has more than \(limit) bytes")
        }
      }
      return Answer(
        status: stream.head.status, body: body, location: stream.head.headers["location"], redactor: redactor,
        sentToken: token != nil)
    } catch {
      let why = error.kind == .timedOut || error.kind == .deadline ? "no answer within \(settings.timeout.words)" : error.message
      let text = "\(error.context): \(why)" + (error.hint.map { ", hint: \($0)" } ?? "")
      throw NoAnswer(OneLine.text(redactor.redact(text), limit: 500))
    }
  }

  private func token(for url: HTTPURL) throws(NoAnswer) -> Secret? {
    guard let place = settings.token else { return nil }
    guard url.isSecure else { throw NoAnswer("\(url.origin) is not https: its token is not sent, hint: use https") }
    let source: SecretReference.Source =
      switch place {
      case .file(let path): .file(means.path(path))
      case .environment(let name): .environment(name)
      }
    do { return try SecretReference(source).resolve(environment: means.environment) } catch { throw NoAnswer("\(error)") }
  }

  // MARK: Addresses

  /// The address for this cluster, with more of a path behind its own.
  ///
  /// A value fills a part of the address and never alters another: in the host it must be part of a name, behind it it is encoded.
  /// Only one that begins the address may be a whole one.
  func url(for target: ObservationTarget, path: String = "", query: String = "") throws(NoAnswer) -> HTTPURL {
    let values = target.placeholders
    let text = try Placeholders.replaced(in: settings.url) { (name, before) throws(NoAnswer) in
      guard let value = values[name] else { throw NoAnswer("its address needs {\(name)}, which has no value here") }
      return try Self.fitting(value, of: name, after: before)
    }
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
      .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var whole = String(parts[0])
    if !path.isEmpty {
      while whole.hasSuffix("/") { whole.removeLast() }
      whole += path
    }
    let queries = [parts.count > 1 ? String(parts[1]) : "", query].filter { !$0.isEmpty }
    if !queries.isEmpty { whole += "?" + queries.joined(separator: "&") }
    do { return try HTTPURL(whole) } catch { throw NoAnswer("\(error)") }
  }

  private static func fitting(_ value: String, of name: String, after before: String) throws(NoAnswer) -> String {
    if before.isEmpty { return value }
    let isInHost = before.firstRange(of: "://").map { !before[$0.upperBound...].contains { "/?#".contains($0) } } ?? true
    guard isInHost else { return KubernetesPath.encoded(value) }
    guard !value.isEmpty, value.utf8.allSatisfy(\.isOfAuthority) else {
      throw NoAnswer("its address cannot have \"\(OneLine.text(value, limit: 80))\" for {\(name)} in its host")
    }
    return value
  }
}

extension UInt8 {
  /// Of a name or an address with its port.
  fileprivate var isOfAuthority: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: ".-_:[]".utf8.contains(self)
    }
  }
}

extension HTTPQuestion.Answer {
  /// What it is where another one was expected: `HTTP 302 to https://login.example/`.
  var shownStatus: String {
    guard (300..<400).contains(status), let location, let url = try? HTTPURL(location) else { return "HTTP \(status)" }
    return "HTTP \(status) to \(url.origin)"
  }
}
