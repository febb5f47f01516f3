import CGit

/// What one conversation with a server needs to know, and what came out of it. libgit2's callbacks find it as their
/// payload; it lives as long as the call that they belong to.
final class SSHSession {
  let address: RemoteLocation.SSHAddress
  let credentials: SSHCredentials
  let knownHosts: KnownHosts
  /// What the references of a push must be at the server.
  var lease: [String: ObjectID?] = [:]
  /// What they are instead, by the server's own words before it was sent anything.
  private(set) var lost: [String: ObjectID?] = [:]
  /// What the server said of each reference; nil: done.
  private(set) var answers: [String: String?] = [:]
  /// Why one of the callbacks said no.
  private(set) var failure: GitError?
  private var words: [UInt8] = []
  private var attempts = 0

  init(_ address: RemoteLocation.SSHAddress, _ credentials: SSHCredentials, _ knownHosts: KnownHosts) {
    self.address = address
    self.credentials = credentials
    self.knownHosts = knownHosts
  }

  /// What the server's hooks printed, without what could move a terminal's cursor.
  var message: String {
    let lines = String(decoding: words, as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.map { line in
      String(line.unicodeScalars.map { $0.value < 32 || (127...159).contains($0.value) ? "?" : Character($0) })
    }.joined(separator: "; ")
  }

  private var context: String { "cannot connect to \(address.url)" }

  func callbacks() throws(GitError) -> git_remote_callbacks {
    var callbacks = git_remote_callbacks()
    try check(sluice_git_remote_callbacks(&callbacks), context)
    callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
    callbacks.credentials = { result, _, _, allowed, payload in SSHSession.of(payload).logIn(result, allowed) }
    callbacks.certificate_check = { certificate, _, _, payload in SSHSession.of(payload).judge(certificate) }
    callbacks.sideband_progress = { text, count, payload in
      let bytes = UnsafeRawBufferPointer(start: text, count: Int(max(count, 0)))
      SSHSession.of(payload).hear(Array(bytes))
      return 0
    }
    callbacks.push_negotiation = { updates, count, payload in SSHSession.of(payload).compare(updates, count) }
    callbacks.push_update_reference = { name, answer, payload in
      guard let name else { return 0 }
      SSHSession.of(payload).answers[String(cString: name)] = .some(answer.map { String(cString: $0) })
      return 0
    }
    return callbacks
  }

  private static func of(_ payload: UnsafeMutableRawPointer?) -> SSHSession {
    // Set in `callbacks()`, and given back by libgit2 as it is.
    Unmanaged<SSHSession>.fromOpaque(payload!).takeUnretainedValue()
  }

  private func hear(_ bytes: [UInt8]) {
    words.append(contentsOf: bytes.prefix(max(0, 8192 - words.count)))
  }

  private func logIn(_ result: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?, _ allowed: UInt32) -> Int32 {
    if allowed & GIT_CREDENTIAL_USERNAME.rawValue != 0 { return git_credential_username_new(result, address.user) }
    attempts += 1
    let way = credentials.keyFile.map { "the key \($0)" } ?? "the keys of the ssh agent"
    guard allowed & GIT_CREDENTIAL_SSH_KEY.rawValue != 0, attempts == 1 else {
      failure = GitError(
        .refused, context, "the server does not accept \(way) for the user \(address.user)",
        hint: "allow the key there, or name another")
      return GIT_EUSER.rawValue
    }
    guard let keyFile = credentials.keyFile else { return git_credential_ssh_key_from_agent(result, address.user) }
    return git_credential_ssh_key_new(result, address.user, nil, keyFile, nil)
  }

  private func judge(_ certificate: UnsafeMutablePointer<git_cert>?) -> Int32 {
    guard let certificate, certificate.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else {
      failure = GitError(.refused, context, "the server shows no ssh host key")
      return GIT_EUSER.rawValue
    }
    let host = UnsafeRawPointer(certificate).assumingMemoryBound(to: git_cert_hostkey.self).pointee
    let key = UnsafeRawBufferPointer(start: host.hostkey, count: host.hostkey == nil ? 0 : host.hostkey_len)
    let name = address.hostKeyName
    switch knownHosts.verdict(onKey: Array(key)) {
    case .trusted: return 0
    case .revoked:
      failure = GitError(.refused, context, "the host key of \(name) is marked @revoked in known_hosts")
    case .unknown:
      failure = GitError(
        .refused, context, "its \(Self.kind(of: Array(key))) host key is not the one in known_hosts",
        hint: "if the server's key has changed or others are listed only, compare the output of "
          + "ssh-keyscan -p \(address.port) \(address.host), and add it")
    }
    return GIT_EUSER.rawValue
  }

  /// The name that begins a key, such as ssh-ed25519.
  private static func kind(of key: [UInt8]) -> String {
    guard key.count > 4 else { return "ssh" }
    let count = key.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    let name = key.dropFirst(4).prefix(min(count, 40))
    return name.allSatisfy { (33...126).contains($0) } ? String(decoding: name, as: UTF8.self) : "ssh"
  }

  private func compare(
    _ updates: UnsafeMutablePointer<UnsafePointer<git_push_update>?>?, _ count: Int
  ) -> Int32 {
    for place in 0..<count {
      guard let update = updates?[place]?.pointee, let name = update.dst_refname.map({ String(cString: $0) }),
        let expected = lease[name]
      else { continue }
      let there = ObjectID(update.src)
      if there != expected ?? .zero { lost[name] = .some(there == .zero ? nil : there) }
    }
    return lost.isEmpty ? 0 : GIT_EUSER.rawValue
  }
}
