import HTTP
import Host
import Synchronization

/// Asks the API one question at a time, as GitHub wishes, within its limits and our own budget of writes.
final class GitHubClient: Sendable {
  let settings: GitHubSettings
  let identity: GitHubIdentity
  let memory: GitHubMemory
  let clock: @Sendable () -> Int
  let pause: @Sendable (Duration) async throws -> Void
  private let wire: GitHubWire
  private let lane = Lane()
  /// Since a limit was met: nothing is asked before.
  private let limit = Mutex<(until: Int, words: String)?>(nil)

  /// How many pages of a list are read at most.
  static let pageLimit = 50
  private static let limitTries = 4

  init(
    _ settings: GitHubSettings, http: HTTPClient, clock: @escaping @Sendable () -> Int,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.settings = settings
    identity = GitHubIdentity(settings, http: http, clock: clock)
    memory = GitHubMemory(path: settings.memoryPath, project: "\(settings.host)/\(settings.project)")
    self.clock = clock
    self.pause = pause
    wire = GitHubWire(settings: settings, http: http)
  }

  // MARK: Reading

  /// The answer, whatever it says; no answer at all is an error.
  func ask(_ call: GitHubCall) async throws(ForgeError) -> GitHubAnswer {
    switch try await inLane(call) {
    case .answered(let answer) where answer.status >= 500: throw answer.error
    case .answered(let answer): return answer
    case .lost(let words): throw .unavailable(words: words, hint: "run again in some minutes")
    }
  }

  /// Reads a list page by page, until `page` has enough.
  ///
  /// - Parameters:
  ///   - statuses: refusals that are answers too.
  ///   - page: says whether the next one is wanted.
  /// - Returns: whether the list was read to its end, or to where `page` had enough.
  @discardableResult
  func pages(
    _ call: GitHubCall, limit: Int = GitHubClient.pageLimit, allowing statuses: Set<Int> = [],
    _ page: (GitHubAnswer) throws(ForgeError) -> Bool
  ) async throws(ForgeError) -> Bool {
    var call = call
    for _ in 0..<limit {
      let answer = try await ask(call)
      guard answer.isSuccess || statuses.contains(answer.status) else { throw answer.error }
      guard try page(answer), let next = try answer.nextPage(origin: settings.api.origin) else { return true }
      call.page = next
    }
    return false
  }

  // MARK: Writing

  /// Makes a call that changes something, once; never again where nobody knows what became of it.
  func write(_ call: GitHubCall) async throws(ForgeError) -> GitHubOutcome {
    Fault.point(.forgeWriteBefore)
    let outcome = try await inLane(call)
    Fault.point(.forgeWriteAfter)
    return outcome
  }

  /// Makes a call that may be made twice, and is where its first answer is lost.
  func writeRepeatably(_ call: GitHubCall) async throws(ForgeError) -> GitHubAnswer {
    if case .answered(let answer) = try await write(call) { return answer }
    try await rest(.seconds(2))
    switch try await write(call) {
    case .answered(let answer): return answer
    case .lost(let words): throw .unavailable(words: words, hint: "run again in some minutes")
    }
  }

  /// Waits.
  func rest(_ duration: Duration) async throws(ForgeError) {
    do { try await pause(duration) } catch {
      throw .http(HTTPError(.cancelled, "waiting for \(settings.host)", "the task was cancelled"))
    }
  }
}

// MARK: - In the lane

extension GitHubClient {
  private func inLane(_ call: GitHubCall) async throws(ForgeError) -> GitHubOutcome {
    await lane.enter()
    let result: Result<GitHubOutcome, ForgeError>
    do throws(ForgeError) { result = .success(try await outcome(call)) } catch { result = .failure(error) }
    await lane.leave()
    return try result.get()
  }

  private func outcome(_ call: GitHubCall) async throws(ForgeError) -> GitHubOutcome {
    try await waitForLimit()
    if call.isWrite { try await spend() }
    var isRenewed = false
    var tries = 1
    while true {
      let secret = try await identity.authorization()
      if memory.contents.account == nil, let slug = await identity.slug { memory.update { $0.account = slug + "[bot]" } }
      let response: HTTPResponse
      do throws(HTTPError) {
        response = try await wire.send(call, authorization: secret, identity: await identity.cacheName)
      } catch {
        guard call.isWrite, error.mayHaveArrived else { throw .http(error) }
        return .lost(words: error.description)
      }
      let answer = GitHubAnswer(response, to: call, host: settings.host, secrets: [secret])
      if answer.status == 401 {
        guard !isRenewed, try await identity.isRenewed(after: secret) else { throw unauthorized(answer) }
        isRenewed = true
      } else if let wait = GitHubLimits.wait(answer, now: clock()) {
        note(wait, answer)
        guard tries < Self.limitTries else { throw limitError(answer.refusal.words, until: clock() + wait) }
        try await waitForLimit()
        tries += 1
      } else if call.isWrite, answer.status >= 500 || (answer.isSuccess && answer.isPage) {
        return .lost(words: "\(answer.error)")
      } else {
        return .answered(answer)
      }
    }
  }

  private func unauthorized(_ answer: GitHubAnswer) -> ForgeError {
    let hint =
      if case .app = settings.credentials { "check that the app's installation is not suspended" } else {
        "it is wrong, expired or withdrawn: put a new one there"
      }
    return .unauthorized(
      words: "\(settings.host) refuses \(settings.credentials.token): \(answer.refusal.words)", hint: hint)
  }

  private func note(_ wait: Int, _ answer: GitHubAnswer) {
    let until = clock() + wait
    limit.withLock { $0 = (until, answer.refusal.words) }
  }

  private func limitError(_ words: String, until: Int) -> ForgeError {
    .limited(until: until, words: words.isEmpty ? "\(settings.host) counts too many calls" : words)
  }

  /// Waits out a limit that was met; a long one ends the run, and asks nothing more in it.
  private func waitForLimit() async throws(ForgeError) {
    guard let (until, words) = limit.withLock({ $0 }) else { return }
    let seconds = until - clock()
    guard seconds <= GitHubLimits.longestWait else { throw limitError(words, until: until) }
    if seconds > 0 { try await rest(.seconds(seconds)) }
    limit.withLock { $0 = nil }
  }

  /// Takes a write out of the budget: GitHub asks for a second between two, takes 80 a minute and 500 an hour.
  private func spend() async throws(ForgeError) {
    let now = clock()
    // Stamps from the future are another clock's.
    memory.update { $0.writes.removeAll { $0 <= now - 3600 || $0 > now } }
    let recent = memory.contents.writes
    var end = now
    if recent.count >= GitHubBudget.hour { end = recent[recent.count - GitHubBudget.hour] + 3600 }
    let minute = recent.filter { $0 > now - 60 }
    if minute.count >= GitHubBudget.minute { end = max(end, minute[minute.count - GitHubBudget.minute] + 60) }
    guard end - now <= GitHubBudget.longestWait else {
      throw .limited(
        until: end,
        words: "\(recent.count) writes in an hour are as many as \(settings.host) takes; the rest follows in later runs")
    }
    if end > now {
      try await rest(.seconds(end - now))
    } else if let last = recent.last, now - last < 2 {
      // The clock has whole seconds: two apart may be one.
      try await rest(.seconds(1))
    }
    let stamp = clock()
    memory.update { $0.writes.append(stamp) }
  }
}

enum GitHubBudget {
  static let minute = 80
  static let hour = 500
  /// Seconds.
  static let longestWait = 10
}

extension HTTPError {
  /// Whether the server may have got the request all the same.
  fileprivate var mayHaveArrived: Bool {
    switch kind {
    case .timedOut, .deadline, .interrupted, .malformed, .tooLarge, .redirect: true
    case .invalid, .unresolved, .unreachable, .proxy, .tls, .body, .cancelled, .closed: false
    }
  }
}
