/// How much one account may ask.
package struct Limits: Sendable {
  /// Requests in an hour that are not answered 304.
  package var requests = 5_000
  package var anonymousRequests = 60
  /// What creates content: writes, statuses apart.
  package var contentPerMinute = 80
  package var contentPerHour = 500
  package var isEnforced = true
  package var secondaryStatus = 403
  /// Nil: the answer does not say.
  package var retryAfter: Int? = 60
}

/// What one account has asked.
struct Spending {
  var windowStart = 0
  var used = 0
  /// When it created content, in the last hour.
  var contents: [Int] = []
}

extension FakeGitHub {
  func limit(of caller: Caller) -> Int { caller.kind == .anonymous ? limits.anonymousRequests : limits.requests }

  private func key(of caller: Caller) -> String { caller.login ?? "\(caller.kind)" }

  /// The spending in the window that holds now.
  func spent(by caller: Caller) -> Spending {
    var spent = spending[key(of: caller)] ?? Spending(windowStart: now)
    if now >= spent.windowStart + 3_600 { spent = Spending(windowStart: now, contents: spent.contents) }
    spent.contents.removeAll { $0 <= now - 3_600 }
    return spent
  }

  /// Why a request is not answered at all.
  func overLimit(_ request: IncomingRequest, path: [String], by caller: Caller) -> Answer? {
    guard limits.isEnforced, path != ["rate_limit"] else { return nil }
    var spent = spent(by: caller)
    defer { spending[key(of: caller)] = spent }
    guard spent.used < limit(of: caller) else {
      let who = caller.login.flatMap { accounts[$0]?.id }.map { "user ID \($0)" } ?? "127.0.0.1"
      return .failure(
        403, "API rate limit exceeded for \(who).",
        documentation: "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting")
    }
    guard createsContent(request, path) else { return nil }
    if spent.contents.count >= limits.contentPerHour
      || spent.contents.filter({ $0 > now - 60 }).count >= limits.contentPerMinute
    {
      return secondary(status: limits.secondaryStatus, retryAfter: limits.retryAfter)
    }
    spent.contents.append(now)
    return nil
  }

  private func createsContent(_ request: IncomingRequest, _ path: [String]) -> Bool {
    request.method != "GET" && request.method != "HEAD" && !path.contains("statuses") && !path.contains("access_tokens")
  }

  func secondary(status: Int, retryAfter: Int?) -> Answer {
    var answer = Answer.failure(
      status,
      "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
        + "Please retry your request again later.",
      documentation: "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits")
    if let retryAfter { answer.headers.append(("Retry-After", String(retryAfter))) }
    return answer
  }

  func count(_ answer: Answer, path: [String], by caller: Caller) {
    guard answer.status != 304, path != ["rate_limit"] else { return }
    var spent = spent(by: caller)
    spent.used = min(spent.used + 1, limit(of: caller))
    spending[key(of: caller)] = spent
  }

  func limitHeaders(_ caller: Caller) -> [(name: String, value: String)] {
    guard limits.isEnforced else { return [] }
    let spent = spent(by: caller)
    let most = limit(of: caller)
    return [
      ("X-RateLimit-Limit", String(most)), ("X-RateLimit-Remaining", String(max(0, most - spent.used))),
      ("X-RateLimit-Reset", String(spent.windowStart + 3_600)), ("X-RateLimit-Used", String(spent.used)),
      ("X-RateLimit-Resource", "core"),
    ]
  }

  func rateLimit(_ caller: Caller) -> Answer {
    let spent = spent(by: caller)
    let most = limit(of: caller)
    let core: JSON = [
      "limit": .int(most), "used": .int(spent.used), "remaining": .int(max(0, most - spent.used)),
      "reset": .int(spent.windowStart + 3_600),
    ]
    let other: JSON = ["limit": 30, "used": 0, "remaining": 30, "reset": .int(now + 60)]
    return Answer(["resources": ["core": core, "search": other, "graphql": core], "rate": core])
  }

  /// Uses up what an account may still ask in this hour.
  package func exhaust(_ login: String) {
    locked {
      guard let account = accounts[login] else { return }
      let caller = Caller(kind: .person, account: account)
      var spent = spent(by: caller)
      spent.used = limit(of: caller)
      spending[login] = spent
    }
  }
}
