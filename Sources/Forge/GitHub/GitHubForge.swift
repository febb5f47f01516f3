package import Git
package import HTTP
import Host
import Synchronization

/// Pull requests at github.com, or at a GitHub Enterprise Server.
///
/// What it reads it remembers until `refresh`, and what it writes it lays over lists until they show it: they lag.
package final class GitHubForge: Forge {
  package var mergeSupport: MergeSupport { .pushOrForge }
  package var seesMergesLater: Bool { true }

  let client: GitHubClient
  let state = Mutex(State())

  struct State: Sendable {
    /// The open requests from branches of this repository.
    var open: [Int: GitHubPull]?
    /// The reviews that count, by request.
    var reviews: [Int: [PullRequest.Review]] = [:]
    /// The closed ones that were asked for.
    var closed: [String: [PullRequest]] = [:]
    var statuses: [ObjectID: [CommitStatus]] = [:]
    /// What this process wrote lately, as its answers had it. Outlives `refresh`.
    var written: [Int: GitHubPull] = [:]
    /// When, by our clock.
    var writtenAt: [Int: Int] = [:]
    /// Comments that are known to be there.
    var said: [Int: Set<String>] = [:]
    var notices: [String] = []
  }

  /// - Parameters:
  ///   - http: with a cache, or each look costs what it reads.
  ///   - clock: UTC seconds.
  package init(
    _ settings: GitHubSettings, http: HTTPClient, clock: @escaping @Sendable () -> Int,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    client = GitHubClient(settings, http: http, clock: clock, pause: pause)
  }

  /// Who it is at GitHub; git over https signs in with the same.
  package var identity: GitHubIdentity { client.identity }

  /// Known once something was written.
  package var account: String { client.memory.contents.account ?? "sluice" }

  /// What did not go as wished and stops nothing, once.
  package func takeNotices() -> [String] {
    state.withLock { state in
      defer { state.notices = [] }
      return state.notices
    }
  }

  package func refresh() async {
    state.withLock { state in
      state.open = nil
      state.reviews = [:]
      state.closed = [:]
      state.statuses = [:]
    }
  }

  package func landing(_ request: PullRequest) async throws(ForgeError) -> [RefUpdate] { [] }

  // MARK: Paths

  var repositoryPath: String { "/repos/\(client.settings.project)" }
  func pullPath(_ number: Int) -> String { "\(repositoryPath)/pulls/\(number)" }
  func issuePath(_ number: Int) -> String { "\(repositoryPath)/issues/\(number)" }

  /// Lays down what a write's answer said of a request.
  func note(_ pull: GitHubPull) {
    let now = client.clock()
    state.withLock { state in
      state.written[pull.request.number] = pull
      state.writtenAt[pull.request.number] = now
      guard state.open != nil else { return }
      state.open?[pull.request.number] = pull.request.state == .open ? pull : nil
    }
  }

  func notice(_ text: String) { state.withLock { $0.notices.append(text) } }
}
