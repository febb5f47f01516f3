import Foundation

/// Something that goes wrong with some requests, of the API and of git alike.
package struct FakeFault: Sendable {
  package enum Kind: Sendable, Equatable {
    /// This many bytes of the answer, then the connection's end.
    case cut(Int)
    /// The connection is reset instead of an answer; nothing is done.
    case reset
    /// What is asked for is done, and the connection is reset instead of an answer.
    case loseAnswer
    /// An answer with this status, and the words that GitHub has for it; nothing is done.
    case status(Int, [String: String] = [:])
    /// 403 or 429, with the words of a secondary limit.
    case secondaryLimit(status: Int = 403, retryAfter: Int? = 60)
    /// 200 and a page of a gateway's login; nothing is done.
    case html
    /// The true answer, this much later.
    case delay(milliseconds: Int)
    /// 200 and these words; nothing is done.
    case answer(String)
  }

  package var kind: Kind
  /// How many requests it hits still.
  package var times: Int
  /// How many that fit pass before.
  package var skip: Int
  package var fits: @Sendable (LoggedRequest) -> Bool

  package init(
    _ kind: Kind, times: Int = 1, skip: Int = 0, where fits: @escaping @Sendable (LoggedRequest) -> Bool = { _ in true }
  ) {
    self.kind = kind
    self.times = times
    self.skip = skip
    self.fits = fits
  }
}

/// One request that was asked.
package struct LoggedRequest: Sendable {
  package enum Channel: String, Sendable { case rest, git }

  package var channel: Channel
  package var method: String
  /// As asked, without the API's root.
  package var target: String
  /// Who asked, as far as is known.
  package var user: String?
  package var isConditional = false
  /// By lower-case names; without `authorization`.
  package var headers: [String: String] = [:]
  /// 0: there was no answer. A lost one counts as given.
  package var status = 0
  /// That went out, with the head.
  package var bytes = 0
  package var received = 0
  package var fault: FakeFault.Kind?

  package var path: String { String(target.prefix { $0 != "?" }) }
  /// Whether it may change something.
  package var isWrite: Bool {
    channel == .git ? path.hasSuffix("git-receive-pack") && method == "POST" : method != "GET" && method != "HEAD"
  }
  package var line: String { "\(method) \(target) \(status)" }
}

extension FakeGitHub {
  package func fail(_ fault: FakeFault) { locked { faults.append(fault) } }
  package func heal() { locked { faults = [] } }

  package var requests: [LoggedRequest] { locked { log } }
  package func forgetRequests() { locked { log = [] } }
  package var connections: Int { server.connections }
  package func closeConnections() { server.closeConnections() }

  /// Uses up a fault that hits the request.
  func fault(for request: LoggedRequest) -> FakeFault.Kind? {
    for place in faults.indices where faults[place].times > 0 && faults[place].fits(request) {
      guard faults[place].skip == 0 else {
        faults[place].skip -= 1
        continue
      }
      if faults[place].times != .max { faults[place].times -= 1 }
      return faults[place].kind
    }
    return nil
  }
}
