/// Where an answer sends us, and what of the request may go there.
enum Redirect {
  /// The request to make next, or nil when the answer is final.
  static func next(after head: HTTPHead, _ request: HTTPRequest, followed: Int) throws(HTTPError) -> HTTPRequest? {
    let isReading = request.method == .get || request.method == .head
    // 301 to 303 would turn other methods into GET: the answer of a page, taken for that of the call.
    guard request.redirects > 0, [301, 302, 303, 307, 308].contains(head.status), isReading || head.status >= 307,
      let location = head.headers["location"]
    else { return nil }
    func refuse(_ why: String, hint: String? = nil) -> HTTPError {
      Failure(.redirect, why, hint: hint).error(request, attempts: 1)
    }
    guard followed < request.redirects else { throw refuse("it is redirected more than \(request.redirects) times") }
    let url: HTTPURL
    do { url = try request.url.resolving(location) } catch {
      throw refuse("it is redirected to an address that is not followed: \(error.message)")
    }
    guard url.isSecure || !request.url.isSecure else {
      throw refuse("it is redirected from https to \(url.origin), which is not followed")
    }
    var next = request
    next.url = url
    if url.origin != request.url.origin {
      guard isReading else {
        throw refuse(
          "its \(request.method.rawValue) is redirected to \(url.origin), which is not followed", hint: "use that address")
      }
      next.headers = request.headers.withoutIdentity
      next.connection = request.connection.withoutIdentity
      if next.cache != .none { next.cache = .conditional(identity: nil) }
    } else if case .stream = request.body {
      throw refuse("it is redirected, and its body cannot be sent again", hint: "use \(url)")
    }
    return next
  }
}
