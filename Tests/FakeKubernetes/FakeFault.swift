/// Something that goes wrong with some requests of a cluster.
package struct FakeFault: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// An answer with this status, and a `Status` as API servers write it.
    case status(Int, [String: String] = [:])
    /// An answer in so many words.
    case answer(String, status: Int = 200, type: String = "application/json")
    /// The connection is reset instead of an answer.
    case reset
    /// The connection is closed without a byte.
    case close
    /// No answer at all, until the client gives up.
    case hang
    /// 200 and a page of a gateway's login.
    case html
    /// 200, and the true answer's first half as if it were all.
    case truncated
    /// The true answer's first half, then the connection's end before the length that was told.
    case cutOff
    /// The true answer, valid JSON still, made this many bytes long.
    case huge(Int)
    /// 302 to there.
    case redirect(String)
    /// The true answer, this slowly.
    case slow(bytesPerSecond: Int)
  }

  /// How the path begins, without the query.
  package var path: String
  package var kind: Kind
  /// How many requests it hits still.
  package var times: Int
  /// Only requests for a list's later pages.
  package var continuedOnly: Bool
  /// Only on connections to this one of the API servers.
  package var apiServer: Int?

  package init(_ path: String, _ kind: Kind, times: Int = .max, continuedOnly: Bool = false, apiServer: Int? = nil) {
    self.path = path
    self.kind = kind
    self.times = times
    self.continuedOnly = continuedOnly
    self.apiServer = apiServer
  }

  /// A token that the API server refuses once, as one that ran out.
  package static let unauthorizedOnce = FakeFault("/", .status(401), times: 1)

  func hits(_ request: FakeRequest) -> Bool {
    times > 0 && request.path.hasPrefix(path) && (!continuedOnly || request.query("continue") != nil)
      && (apiServer == nil || apiServer == request.apiServer)
  }
}

extension FakeCluster {
  /// Lets requests of paths that begin so go wrong; the first fault that fits is taken.
  package mutating func fail(_ path: String, _ kind: FakeFault.Kind, times: Int = .max, continuedOnly: Bool = false) {
    faults.append(FakeFault(path, kind, times: times, continuedOnly: continuedOnly))
  }

  package mutating func heal() { faults = [] }
}
