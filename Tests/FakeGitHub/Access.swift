import COpenSSL
import Foundation

/// Who asks, and what they may.
extension FakeGitHub {
  static let badCredentials = Answer.failure(401, "Bad credentials")

  /// The token of a request, however it is sent.
  static func credential(_ request: IncomingRequest) -> String? {
    guard let header = request.headers["authorization"] else { return nil }
    let words = header.split(separator: " ", maxSplits: 1).map(String.init)
    guard words.count == 2 else { return "" }
    guard words[0].lowercased() == "basic" else { return ["bearer", "token"].contains(words[0].lowercased()) ? words[1] : "" }
    let text = Data(base64Encoded: words[1]).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else { return "" }
    return parts[1].isEmpty || parts[1] == "x-oauth-basic" ? parts[0] : parts[1]
  }

  func caller(_ request: IncomingRequest) throws -> Caller {
    guard let credential = Self.credential(request) else { return Caller(kind: .anonymous) }
    if credential.split(separator: ".").count == 3 { return try appCaller(credential) }
    guard let token = tokens[credential], token.expires.map({ $0 > now }) ?? true, let account = accounts[token.login] else {
      throw Refused(Self.badCredentials)
    }
    if token.kind == .installation, app?.isSuspended ?? true {
      throw Refused(.failure(403, "This installation has been suspended"))
    }
    return Caller(kind: token.kind == .person ? .person : .installation, account: account, permissions: token.permissions)
  }

  // MARK: The App's own token

  private static let undecodable = Answer.failure(401, "A JSON web token could not be decoded")

  private func appCaller(_ jwt: String) throws -> Caller {
    let parts = jwt.split(separator: ".").map(String.init)
    guard let head = Self.decoded(parts[0]).flatMap({ JSON(parsing: $0) }), head["alg"].string == "RS256",
      let claims = Self.decoded(parts[1]).flatMap({ JSON(parsing: $0) }), let signature = Self.decoded(parts[2])
    else { throw Refused(Self.undecodable) }
    let issuer = claims["iss"].string ?? claims["iss"].int.map(String.init) ?? ""
    guard let app, issuer == app.clientID || issuer == String(app.id) else {
      throw Refused(.failure(404, "Integration not found"))
    }
    guard Self.verifies(signature, of: Array((parts[0] + "." + parts[1]).utf8), by: app.publicKey) else {
      throw Refused(Self.undecodable)
    }
    guard let expires = claims["exp"].int, expires > now else {
      throw Refused(
        .failure(
          401,
          "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"))
    }
    guard expires <= now + 600 else {
      throw Refused(.failure(401, "'Expiration time' claim ('exp') is too far in the future"))
    }
    guard let issued = claims["iat"].int, issued <= now else {
      throw Refused(
        .failure(
          401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"))
    }
    return Caller(kind: .app, account: nil)
  }

  private static func decoded(_ text: String) -> [UInt8]? {
    let plain = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
    return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)).map(Array.init)
  }

  private static func verifies(_ signature: [UInt8], of text: [UInt8], by pem: String) -> Bool {
    let memory = BIO_new(BIO_s_mem())
    defer { BIO_free(memory) }
    let bytes = Array(pem.utf8)
    BIO_write(memory, bytes, Int32(bytes.count))
    guard let key = PEM_read_bio_PUBKEY(memory, nil, nil, nil) else { return false }
    defer { EVP_PKEY_free(key) }
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
      && EVP_DigestVerify(context, signature, signature.count, text, text.count) == 1
  }

  // MARK: What they may

  /// Whether the repository is there for them.
  func sees(_ caller: Caller) -> Bool {
    if caller.kind == .app { return false }
    return !behaviour.isPrivate || caller.permission >= .read
  }

  /// - Parameters:
  ///   - area: an App's permission, as `pull_requests`.
  ///   - level: what a person needs.
  func require(_ area: String, _ level: Permission, _ caller: Caller) throws {
    if caller.kind == .anonymous {
      guard level <= .read else { throw Refused(.failure(401, "Requires authentication")) }
      return
    }
    guard caller.kind != .installation else {
      let has = caller.permissions[area]
      guard has == "write" || has == "admin" || (level <= .read && has == "read") else {
        throw Refused(.failure(403, "Resource not accessible by integration"))
      }
      return
    }
    guard caller.permission >= level else {
      throw Refused(
        .failure(
          403, level == .admin ? "Must have admin rights to Repository." : "Resource not accessible by personal access token"))
    }
  }
}
