import HTTP

/// How long GitHub wants to be left alone (its documentation: "Rate limits for the REST API", "Best practices").
enum GitHubLimits {
  /// Waits up to this are waited for; longer ones end the run.
  static let longestWait = 60

  /// Seconds to wait before the call may be made again; nil: the answer is no refusal for a limit.
  static func wait(_ answer: GitHubAnswer, now: Int) -> Int? {
    guard answer.status == 403 || answer.status == 429 else { return nil }
    let limit = answer.head.rateLimit(now: now)
    if let seconds = limit.retryAfter { return max(1, min(seconds, 86_400)) }
    if limit.remaining == 0, let reset = limit.reset {
      // By the server's clock, where it tells; a second more, since it counts whole ones.
      let lead = GitHubClock.lead(answer.head, now: now) ?? 0
      return max(1, min(reset + lead - now + 1, 86_400))
    }
    // "At least one minute" where it says neither.
    let isLimit = answer.status == 429 || ["rate limit", "abuse detection"].contains { answer.refusal.says($0) }
    return isLimit ? 60 : nil
  }
}

/// Lets one in at a time, in the order of coming.
actor Lane {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func enter() async {
    guard isTaken else {
      isTaken = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leave() {
    if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
  }
}
