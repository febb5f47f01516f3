import Fleet
import Forge
import Git
import Host
import Jobs
import Ledger
import Promotion
import Report

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A policy file as read, and what its text is.
struct LoadedPolicy {
  let file: PolicyFile
  let digest: String

  init(_ options: GlobalOptions) throws {
    let path = try options.policyPath()
    let bytes: [UInt8]
    do throws(HostError) {
      bytes = try AtomicFile.read(path, limit: 4 << 20)
    } catch {
      throw UsageError(
        error.kind == .notFound ? "there is no policy file \(path)" : "the policy can't be read: \(error)",
        hint: "--policy FILE, or set SLUICE_POLICY", code: ExitStatus.of(error))
    }
    file = try PolicyFile.read(bytes, name: path, folder: Self.folder(of: path))
    digest = SHA256Digest.hex(bytes)
  }

  /// The file beside the policy that lays out pull requests, where there is one.
  static let templateName = "pull-request.mustache"

  func template() throws -> PullRequestTemplate {
    let path = "\(file.folder)/\(Self.templateName)"
    let bytes: [UInt8]
    do throws(HostError) { bytes = try AtomicFile.read(path, limit: 1 << 20) } catch {
      if error.kind == .notFound { return .standard }
      throw UsageError("the template can't be read: \(error)", code: ExitStatus.of(error))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UsageError("\(path) is no UTF-8 text", hint: "convert it to UTF-8", code: ExitStatus.badData)
    }
    return try PullRequestTemplate(text, name: path)
  }

  /// What relative paths in the policy count from.
  private static func folder(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let folder = parts.joined(separator: "/")
    if path.hasPrefix("/") { return folder.isEmpty ? "/" : folder }
    let here = workingFolder()
    return folder.isEmpty ? here : "\(here)/\(folder)"
  }

  private static func workingFolder() -> String {
    guard let buffer = getcwd(nil, 0) else { return "." }
    defer { free(buffer) }
    return String(cString: buffer)
  }
}

/// What a command works with: the workspace of its policy, opened.
struct Session {
  let options: GlobalOptions
  let policy: PolicyFile
  let workspace: Workspace
  private let local: LocalForge?

  init(_ options: GlobalOptions, isDryRun: Bool = false, shard: Shard = .all) async throws {
    let loaded = try LoadedPolicy(options)
    let policy = loaded.file
    let remote = try RemoteLocation(policy.repository.url, relativeTo: policy.folder)
    let cache = try CacheFolder(options, remote: remote)
    let clock: @Sendable () -> Int = { HostClock().now() }
    let say: @Sendable (String) -> Void = { Output.note($0) }
    let servers = try ServerAccess(policy, cache: cache.own, log: options.verbose ? say : nil, clock: clock)
    let progress = TerminalProgress.teller
    let repository = try await Repository.open(remote, cache: cache.root, http: servers.git(remote, progress: progress))
    await repository.watch(Self.watched(policy))
    let signing = try Self.signing(policy)
    let forge: any Forge
    if let server = servers.forge {
      (forge, local) = (server, nil)
    } else {
      let here = LocalForge(repository: repository, clock: clock)
      (forge, local) = (here, here)
    }
    let printer = EventPrinter(policy: policy.promotion, options: options, isDryRun: isDryRun)
    workspace = Workspace(
      policy: policy, policyDigest: loaded.digest, repository: repository,
      ledger: LedgerStore(
        repository: repository, reference: policy.repository.ledgerReference, policy: policy.name,
        author: LedgerStore.Author(name: policy.repository.authorName, email: policy.repository.authorEmail),
        signing: signing, clock: clock),
      forge: forge, template: try loaded.template(), http: servers.versions,
      memo: FleetMemo(path: "\(cache.own)/fleet-\(policy.name)"), environment: Environment.current,
      signing: signing, isDryRun: isDryRun, runName: "\(Self.hostName())-\(getpid())-\(clock())",
      shard: shard, clock: { Timestamp(seconds: clock()) }, log: options.verbose ? say : nil,
      progress: progress, tell: printer.tell)
    self.options = options
    self.policy = policy
  }

  /// The local forge; of a policy with another one an error.
  var forge: LocalForge {
    get throws {
      guard let local else {
        throw UsageError(
          "the policy's pull requests are on \(policy.forge.kind.rawValue), not in the repository",
          hint: "do that there; `sluice forge` is for forge: {kind: local}")
      }
      return local
    }
  }

  /// The references that a run asks for again and again.
  private static func watched(_ policy: PolicyFile) -> [String] {
    (policy.repository.branch.map { ["refs/heads/\($0)"] } ?? []) + [policy.repository.ledgerReference]
      + ChangeKind.allCases.map { "refs/heads/sluice/\(policy.name)/\($0.rawValue)/" }
  }

  /// Prints either form of a result.
  func print(_ text: @autoclosure () -> String, json: @autoclosure () -> JSONOutput) {
    switch options.format {
    case .text: Output.text(text())
    case .json: Output.text(json().indentedText)
    }
  }

  private static func signing(_ policy: PolicyFile) throws -> Signing? {
    switch policy.repository.signing {
    case nil: nil
    case .openPGP(let key)?: .openPGP(key: key)
    case .ssh(.file(let path))?: .ssh(keyFile: path.hasPrefix("/") ? path : "\(policy.folder)/\(path)")
    case .ssh(.environment(let name))?:
      throw UsageError(
        "\(policy.repository.place): a signing key in the environment variable \(name) is not supported yet, hint: sign: {ssh: {file: …}}",
        code: ExitStatus.badData)
    }
  }

  private static func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "host" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// The cache of one repository. All of it may be thrown away at any time.
struct CacheFolder {
  /// The folder of all repositories' caches.
  let root: String
  /// The one of this repository.
  let own: String

  init(_ options: GlobalOptions, remote: RemoteLocation) throws {
    root = try options.cacheFolder()
    own = "\(root)/\(SHA256Digest.hex(remote.description.utf8).prefix(16))"
    try Self.make(own)
    guard access(own, W_OK) == 0 else { throw Self.unwritable(own, errno) }
  }

  private static func make(_ folder: String) throws {
    var path = folder.hasPrefix("/") ? "" : "."
    for part in folder.split(separator: "/") {
      path += "/\(part)"
      if mkdir(path, 0o777) != 0, errno != EEXIST {
        let code = errno
        var status = stat()
        // Folders on the way may not be ours to make, and be there all the same.
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
        throw unwritable(folder, code)
      }
    }
  }

  private static func unwritable(_ folder: String, _ code: Int32) -> UsageError {
    let isFull = [ENOSPC, EDQUOT].contains(code)
    return UsageError(
      "cannot write the cache \(folder): \(String(cString: strerror(code)).lowercased()), "
        + (isFull ? "hint: free space there" : "hint: --cache DIR, or set SLUICE_CACHE, to a folder that can be written"),
      code: isFull ? ExitStatus.tryAgain : ExitStatus.notPermitted)
  }
}

/// Prints one line an event.
struct EventPrinter: Sendable {
  let policy: Policy
  let format: GlobalOptions.Format
  let isDryRun: Bool

  init(policy: Policy, options: GlobalOptions, isDryRun: Bool) {
    self.policy = policy
    format = options.format
    self.isDryRun = isDryRun
  }

  @Sendable func tell(_ event: Event) {
    let text = EventText(policy: policy, now: Timestamp(seconds: HostClock().now()))
    switch format {
    case .text: Output.line(text.line(event, dryRun: isDryRun))
    case .json: Output.line(text.json(event, dryRun: isDryRun).text)
    }
  }
}
