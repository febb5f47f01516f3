import Host

/// What a plugin printed: a token, a certificate with its key, or both.
struct ExecCredential: Sendable {
  let token: Secret?
  let certificate: [UInt8]?
  let key: Secret?
  /// Seconds since 1970; nil: it holds as long as this process.
  let expiry: Int?

  var secrets: [Secret] { [token, key].compactMap(\.self) }

  /// Why an output is none. Never with what it says: that may be the token.
  struct Wrong: Error {
    let message: String
    var hint: String?
  }

  init(parsing output: [UInt8], version: String) throws(Wrong) {
    let json: JSONValue
    do { json = try JSONValue(parsing: output) } catch {
      let empty = output.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
      throw Wrong(message: empty ? "printed nothing" : "printed something other than one JSON object")
    }
    guard json.object != nil else { throw Wrong(message: "printed \(json.kind) instead of an object") }
    guard json["kind"]?.string == "ExecCredential" else {
      throw Wrong(message: "printed an object whose kind is not ExecCredential")
    }
    guard let printed = json["apiVersion"]?.string, printed == version else {
      let other = json["apiVersion"]?.string.map { OneLine.text($0, limit: 60) } ?? "no apiVersion"
      throw Wrong(
        message: "answers with \(other), and was asked for \(version)",
        hint: "make the kubeconfig's apiVersion and the plugin agree")
    }
    guard let status = json["status"], status.object != nil else { throw Wrong(message: "printed no status") }
    func text(_ key: String) throws(Wrong) -> String? {
      guard let value = status[key], !value.isNull else { return nil }
      guard let text = value.string else { throw Wrong(message: "printed \(value.kind) as status.\(key)") }
      return text.isEmpty ? nil : text
    }
    token = try text("token").map { Secret($0) }
    let certificate = try text("clientCertificateData")
    let key = try text("clientKeyData")
    guard (certificate == nil) == (key == nil) else {
      throw Wrong(message: "printed a client's certificate or key, and not the other")
    }
    guard token != nil || certificate != nil else { throw Wrong(message: "printed neither a token nor a client's certificate") }
    self.certificate = certificate.map { Array($0.utf8) }
    self.key = key.map { Secret($0) }
    for bytes in [self.certificate, key.map({ Array($0.utf8) })].compactMap(\.self) where !PEMText.isPlausible(bytes) {
      throw Wrong(message: "printed a client's certificate or key that is not PEM")
    }
    guard let date = try text("expirationTimestamp") else {
      expiry = nil
      return
    }
    guard let seconds = RFC3339.seconds(date) else { throw Wrong(message: "printed an expirationTimestamp that is no date") }
    expiry = seconds
  }
}
