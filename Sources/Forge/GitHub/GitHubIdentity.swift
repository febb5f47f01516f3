package import Git
package import HTTP
import Host

/// Who Sluice is at GitHub: gives what goes into the `Authorization` header, and renews it. Nothing of it is ever written to disk.
package actor GitHubIdentity {
  let settings: GitHubSettings
  let wire: GitHubWire
  let clock: @Sendable () -> Int
  private var token: Secret?
  /// What git was given last.
  private var gitToken: Secret?
  /// Of an installation's token, by our clock.
  private var expiresAt: Int?
  private var making: Task<Result<AppToken, ForgeError>, Never>?
  var installation: Int?
  /// The app's name in addresses; known once its installation was looked up.
  private(set) var slug: String?

  struct AppToken: Sendable {
    var token: Secret
    var expiresAt: Int
  }

  /// - Parameter clock: UTC seconds.
  package init(_ settings: GitHubSettings, http: HTTPClient, clock: @escaping @Sendable () -> Int) {
    self.settings = settings
    wire = GitHubWire(settings: settings, http: http)
    self.clock = clock
    if case .app(_, let installation, _) = settings.credentials { self.installation = installation }
  }

  /// A token that should be good for a minute at least.
  func authorization() async throws(ForgeError) -> Secret {
    if let token, expiresAt.map({ clock() < $0 - 60 }) ?? true { return token }
    switch settings.credentials {
    case .token(let reference):
      let read = try read(reference)
      token = read
      return read
    case .app(let id, _, let key): return try await appToken(id, key)
    }
  }

  /// Tells that a token was refused; says whether there is another to try.
  func isRenewed(after refused: Secret) async throws(ForgeError) -> Bool {
    if token == refused {
      token = nil
      expiresAt = nil
    }
    return try await authorization() != refused
  }

  /// Under which name answers are kept between runs: an installation stays while its tokens change each hour.
  var cacheName: String? {
    guard case .app(let id, _, _) = settings.credentials else { return nil }
    return "github app \(id) installation \(installation ?? 0)"
  }

  /// What git over https signs in with: the same identity as the API's.
  package func gitCredentials(refused: Bool) async throws(GitError) -> HTTPAccess.Credentials {
    do throws(ForgeError) {
      // The API may have met the refusal first, and found another meanwhile.
      if refused, let last = gitToken, last == token, try await !isRenewed(after: last) {
        throw .unauthorized(
          words: "\(settings.host) refuses \(settings.credentials.token)",
          hint: "it is wrong, expired or withdrawn, or may not read the repository")
      }
      let password = try await authorization()
      gitToken = password
      return HTTPAccess.Credentials(user: "x-access-token", password: password)
    } catch {
      let isAway = error.exitCode == 69 || error.exitCode == 75
      throw GitError(isAway ? .unreachable : .refused, "cannot sign in to \(settings.host)", "\(error)")
    }
  }

  /// Reads a secret; its absence is worded by whoever looked for it.
  func read(_ reference: SecretReference) throws(ForgeError) -> Secret {
    do { return try reference.resolve(environment: settings.environment) } catch {
      throw .unauthorized(words: "cannot sign in to \(settings.host): \(error)", hint: nil)
    }
  }

  /// One is made at a time, for whoever asks meanwhile too.
  private func appToken(_ id: String, _ key: SecretReference) async throws(ForgeError) -> Secret {
    let task =
      making
      ?? Task { () -> Result<AppToken, ForgeError> in
        do throws(ForgeError) { return .success(try await makeAppToken(id, key)) } catch { return .failure(error) }
      }
    making = task
    let result = await task.value
    if making == task { making = nil }
    let made = try result.get()
    token = made.token
    expiresAt = made.expiresAt
    return made.token
  }

  func learned(installation: Int, slug: String?) {
    self.installation = installation
    self.slug = slug ?? self.slug
  }
}
