import Fleet
import Forge
import Git
import HTTP
import Host
import Jobs

/// How a command reaches the servers of its policy: the forge, and the repository where that is behind https.
///
/// One client for all, so that connections are shared; credentials are read when they are needed, and go to their own server alone.
struct ServerAccess {
  private let policy: PolicyFile
  private let client: HTTPClient
  private let environment: [String: String]
  /// The forge, where it is one with a server.
  let forge: GitHubForge?
  /// The forge's host, as people see it.
  private let forgeHost: String?

  /// - Parameter cache: the repository's own folder in the cache.
  init(_ policy: PolicyFile, cache: String, log: (@Sendable (String) -> Void)?, clock: @escaping @Sendable () -> Int) throws {
    self.policy = policy
    environment = Environment.current
    var settings = HTTPClient.Settings()
    settings.cache = HTTPCache(folder: "\(cache)/http")
    settings.time = HTTPTime(wall: clock, sleep: HostClock.pause)
    if let log { settings.log = { log($0.description) } }
    client = HTTPClient(settings)
    guard policy.forge.kind == .github else {
      (forge, forgeHost) = (nil, nil)
      return
    }
    let made = try Self.settings(policy, environment, memory: "\(cache)/forge-\(policy.name).json")
    forge = GitHubForge(made, http: client, clock: clock, pause: HostClock.pause)
    forgeHost = made.host
  }

  func close() async { await client.close() }

  /// How a repository of this address is reached; nil: not over https.
  func git(_ remote: RemoteLocation, progress: (@Sendable (ProgressLine) -> Void)?) -> HTTPAccess? {
    guard case .http(let url) = remote.kind else { return nil }
    let isOnForge = url.origin.authority == forgeHost
    let ca = policy.repository.ca ?? (isOnForge ? policy.forge.ca : nil)
    return HTTPAccess(
      client: client, connection: Self.connection(ca: ca, policy, environment),
      credentials: credentials(isOnForge: isOnForge), progress: Self.progress(progress))
  }

  /// How servers are reached that are asked for versions: as nobody in particular.
  var versions: HTTPAccess {
    HTTPAccess(client: client, connection: Self.connection(ca: nil, policy, environment))
  }

  private static func progress(_ tell: (@Sendable (ProgressLine) -> Void)?) -> (@Sendable (String) -> Void)? {
    guard let tell else { return nil }
    return { text in tell(.at(text)) }
  }

  private func credentials(isOnForge: Bool) -> HTTPAccess.Provider? {
    if let own = policy.repository.credentials {
      return Self.provider(own.user, own.password.reference(in: policy.folder), environment)
    }
    guard isOnForge, let identity = forge?.identity else { return nil }
    return { (refused: Bool) async throws(GitError) -> HTTPAccess.Credentials? in
      try await identity.gitCredentials(refused: refused)
    }
  }

  /// A secret is read each time that it is asked for: a file may hold a new one.
  private static func provider(_ user: String, _ password: SecretReference, _ environment: [String: String])
    -> HTTPAccess.Provider
  {
    { (_: Bool) async throws(GitError) -> HTTPAccess.Credentials? in
      do throws(HostError) {
        return HTTPAccess.Credentials(user: user, password: try password.resolve(environment: environment))
      } catch {
        throw GitError(.refused, "cannot log in to the repository", error.message)
      }
    }
  }

  private static func settings(
    _ policy: PolicyFile, _ environment: [String: String], memory: String
  ) throws -> GitHubSettings {
    let credentials: GitHubCredentials
    switch policy.forge.credentials {
    case .token(let place)?: credentials = .token(place.reference(in: policy.folder))
    case .app(let id, let installation, let key)?:
      credentials = .app(id: id, installation: installation, key: key.reference(in: policy.folder))
    case nil: throw UsageError("forge github has no credentials", code: ExitStatus.badData)
    }
    do {
      return try GitHubSettings(
        repository: policy.repository.url, api: policy.forge.api, project: policy.forge.project, credentials: credentials,
        connection: connection(ca: policy.forge.ca, policy, environment), environment: environment, memoryPath: memory)
    } catch {
      let place = policy.forge.place.map { "\($0): " } ?? ""
      throw UsageError("\(place)\(error)", code: ExitStatus.badData)
    }
  }

  private static func connection(ca: String?, _ policy: PolicyFile, _ environment: [String: String]) -> HTTPConnection {
    var connection = HTTPConnection()
    connection.proxy = .environment(environment)
    if let ca { connection.trust = .only(.file(ca.hasPrefix("/") ? ca : "\(policy.folder)/\(ca)")) }
    return connection
  }
}

extension SecretPlace {
  /// Files are relative to the policy's folder.
  fileprivate func reference(in folder: String) -> SecretReference {
    switch self {
    case .environment(let name): SecretReference(.environment(name))
    case .file(let path): SecretReference(.file(path.hasPrefix("/") ? path : "\(folder)/\(path)"))
    }
  }
}
