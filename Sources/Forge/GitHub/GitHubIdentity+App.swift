import HTTP
import Host
import JWTKit

/// What an app says of itself, signed with its key.
private struct AppClaims: JWTPayload {
  let iat: Int
  let exp: Int
  let iss: String

  /// It is only ever sent.
  func verify(using algorithm: some JWTAlgorithm) {}
}

extension GitHubIdentity {
  /// A token of the app's installation on the repository, good for an hour.
  func makeAppToken(_ id: String, _ key: SecretReference) async throws(ForgeError) -> AppToken {
    let signed = try await signature(id, key)
    let number = try await installation(of: id, signed)
    let verb = "make a token for app \(id)"
    let call = GitHubCall.write(
      .post, "/app/installations/\(number)/access_tokens", .object(["repositories": .strings([settings.name])]), verb: verb)
    let answer = try await ask(call, signed, id)
    guard answer.isSuccess else {
      switch answer.status {
      case 404:
        throw .noProject(
          "\(settings.host) knows no installation \(number) of app \(id)",
          hint: "leave the installation's number out of the policy")
      case 422:
        throw .noProject(
          "app \(id) may not see \(settings.project): \(answer.refusal.words)",
          hint: "add the repository to the app's installation")
      default: throw answer.error
      }
    }
    let value = try answer.value()
    let now = clock()
    guard let token = value["token"]?.string, !token.isEmpty,
      let end = value["expires_at"]?.string.flatMap({ RFC3339.seconds($0) })
    else { throw .unexpected("what \(settings.host) answers to \"\(verb)\" holds no token") }
    // It ends by the server's clock; ours may be another.
    let lead = GitHubClock.lead(answer.head, now: now) ?? 0
    return AppToken(token: Secret(token), expiresAt: end + lead)
  }

  private func installation(of id: String, _ signed: Secret) async throws(ForgeError) -> Int {
    if let installation { return installation }
    let call = GitHubCall.get("/repos/\(settings.project)/installation", verb: "find the installation of app \(id)")
    let answer = try await ask(call, signed, id)
    if answer.status == 404 {
      throw .noProject(
        "app \(id) is not installed on \(settings.project), or there is no such repository at \(settings.host)",
        hint: "install it there, in the app's settings")
    }
    let value = try answer.value()
    guard let number = value["id"]?.integer else {
      throw .unexpected("what \(settings.host) answers to \"\(call.verb)\" holds no id")
    }
    learned(installation: number, slug: value["app_slug"]?.string)
    return number
  }

  /// Asks as the app itself.
  private func ask(_ call: GitHubCall, _ signed: Secret, _ id: String) async throws(ForgeError) -> GitHubAnswer {
    var call = call
    call.isConditional = false
    let response: HTTPResponse
    do { response = try await wire.send(call, authorization: signed, identity: nil) } catch { throw .http(error) }
    let answer = GitHubAnswer(response, to: call, host: settings.host, secrets: [signed])
    if let wait = GitHubLimits.wait(answer, now: clock()) { throw .limited(until: clock() + wait, words: answer.refusal.words) }
    guard answer.status == 401 else { return answer }
    let said = answer.refusal.words
    if let skew = GitHubClock.skew(answer.head, now: clock(), host: settings.host) {
      throw .unauthorized(
        words: "\(settings.host) refuses the signature of app \(id): \(skew) (\(said))",
        hint: "set this machine's clock, best by NTP, and run again")
    }
    throw .unauthorized(
      words: "\(settings.host) refuses the signature of app \(id): \(said)",
      hint: "check the app's id, and that the key is one of the app's own")
  }

  /// The app's word for the next minutes. A minute back, since clocks differ; GitHub takes ten minutes at most.
  private func signature(_ id: String, _ reference: SecretReference) async throws(ForgeError) -> Secret {
    let pem = try read(reference).reveal()
    let place =
      switch reference.source {
      case .environment(let name): "the variable \(name)"
      case .file(let path): path
      }
    func refuse(_ why: String) -> ForgeError {
      .unauthorized(
        words: "the key of app \(id) in \(place) \(why)",
        hint: "give the .pem file that the app's settings page made (-----BEGIN RSA PRIVATE KEY-----)")
    }
    guard pem.contains("-----BEGIN ") else { throw refuse("is no key in PEM") }
    guard !pem.contains("ENCRYPTED") else { throw refuse("is locked by a password") }
    guard pem.contains("PRIVATE KEY-----") else { throw refuse("is no private key") }
    // Variables often hold the line ends as two characters.
    let text = pem.contains("\n") ? pem : pem.replacing("\\n", with: "\n")
    let key: Insecure.RSA.PrivateKey
    do { key = try Insecure.RSA.PrivateKey(pem: text) } catch { throw refuse("is no RSA private key of 2,048 bits or more") }
    let now = clock()
    let claims = AppClaims(iat: now - 60, exp: now + 9 * 60, iss: id)
    let keys = await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256)
    do { return Secret(try await keys.sign(claims)) } catch { throw refuse("can't be signed with") }
  }
}
