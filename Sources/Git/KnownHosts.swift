import Host

/// The host keys that this machine's known_hosts files list for a host, read by OpenSSH itself: names may be hashed,
/// patterns, or with a port.
struct KnownHosts: Sendable {
  /// Keys in base64.
  private(set) var trusted: Set<String> = []
  private(set) var revoked: Set<String> = []

  enum Verdict { case trusted, revoked, unknown }

  /// - Throws: `GitError` of kind `refused` when the host is in none of the files.
  static func read(for address: RemoteLocation.SSHAddress, file: String?) async throws(GitError) -> KnownHosts {
    let name = address.hostKeyName
    let home = Environment.value("HOME")
    let files = file.map { [$0] } ?? [home.map { $0 + "/.ssh/known_hosts" }, "/etc/ssh/ssh_known_hosts"].compactMap { $0 }
    var result = KnownHosts()
    for file in files {
      let child = ChildProcess(
        ["ssh-keygen", "-F", name, "-f", file], environment: Environment.current, timeout: .seconds(20))
      do throws(HostError) {
        let outcome = try await child.run()
        // Status 1: no such host, or no such file.
        if outcome.end == .exited(0) { result.add(String(decoding: outcome.output, as: UTF8.self)) }
      } catch {
        throw GitError(
          .refused, "cannot check the host key of \(name)", error.message, hint: "install the OpenSSH client")
      }
    }
    guard !result.trusted.isEmpty else {
      throw GitError(
        .refused, "cannot connect to \(name)", "its host key is not in \(files.joined(separator: " or "))",
        hint: "get it with ssh-keyscan -p \(address.port) \(address.host), compare its fingerprint, and add it there")
    }
    return result
  }

  private mutating func add(_ text: String) {
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      var fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      let marker = fields.first?.hasPrefix("@") == true ? fields.removeFirst() : nil
      guard fields.count >= 3 else { continue }
      switch marker {
      case nil: trusted.insert(String(fields[2]))
      case "@revoked": revoked.insert(String(fields[2]))
      default: break  // certificates are not spoken by libssh2
      }
    }
  }

  func verdict(onKey key: [UInt8]) -> Verdict {
    let text = Base64.encode(key)
    return revoked.contains(text) ? .revoked : trusted.contains(text) ? .trusted : .unknown
  }
}
