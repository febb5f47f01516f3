import Host

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Makes the signatures that git makes, with the programs that git uses.
enum Signer {
  static func signature(_ signing: Signing, of text: String) async throws(GitError) -> String {
    do throws(HostError) {
      switch signing {
      case .ssh(let keyFile): return try await ssh(keyFile, text)
      case .openPGP(let key):
        return try await run(["gpg", "--batch", "--no-tty", "-bsau", key], text, what: "the OpenPGP key \(key)")
      }
    } catch {
      switch error.kind {
      case .notFound, .notPermitted, .invalid: throw GitError(.signing, "cannot sign a commit", error.message)
      case .noSpace: throw GitError(.noSpace, "cannot sign a commit", error.message)
      default: throw GitError(.signing, "cannot sign a commit", error.message)
      }
    }
  }

  /// ssh-keygen refuses a key that others may read, which is how secrets are often mounted: it gets a private copy.
  private static func ssh(_ keyFile: String, _ text: String) async throws(HostError) -> String {
    var key = try AtomicFile.read(keyFile, limit: 1 << 20)
    // A key from an environment variable or a secret store often lost its last line end, which ssh-keygen needs.
    if key.last != 10 { key.append(10) }
    var folder = Array(((Environment.value("TMPDIR") ?? "/tmp") + "/sluice-key-XXXXXX").utf8CString)
    guard mkdtemp(&folder) != nil else {
      throw HostError(.io(errno), path: keyFile, message: "cannot make a private copy of \(keyFile)")
    }
    let path = String(decoding: folder.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { removeAll(path) }
    try AtomicFile.write(key, to: path + "/key", mode: 0o600)
    return try await run(
      ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", path + "/key"], text, what: "the ssh key \(keyFile)",
      hiding: path + "/key")
  }

  private static func run(
    _ arguments: [String], _ text: String, what: String, hiding: String? = nil
  ) async throws(HostError) -> String {
    var environment = Environment.current
    // Never a question: nobody is there to answer.
    environment["SSH_ASKPASS_REQUIRE"] = "never"
    environment["LC_ALL"] = "C"
    let child = ChildProcess(
      arguments, environment: environment, input: Array(text.utf8), timeout: .seconds(60))
    let outcome = try await child.run()
    let signature = String(decoding: outcome.output, as: UTF8.self)
    guard outcome.end == .exited(0), signature.hasPrefix("-----BEGIN ") else {
      var why = String(decoding: outcome.errors, as: UTF8.self)
      if let hiding { why = why.replacing(hiding, with: "the key") }
      let words = why.split(whereSeparator: \.isNewline).joined(separator: "; ")
      throw HostError(
        .invalid, path: arguments[0],
        message: "\(arguments[0]) does not sign with \(what): \(words.isEmpty ? "it says nothing" : words)"
          + ", hint: the key needs to be there without a passphrase")
    }
    return signature.hasSuffix("\n") ? String(signature.dropLast()) : signature
  }
}
