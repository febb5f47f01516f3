import HTTP
import Host

/// What came, where it is not what was asked for.
extension KubernetesClient {
  func context(_ path: String) -> String { "cannot GET \(OneLine.text(path, limit: 200))" }

  func malformed(_ path: String, _ error: JSONError) -> KubernetesError {
    KubernetesError(
      .malformed,
      "\(context(path)): the JSON is not as it should be: \(OneLine.text(error.message, limit: 200))"
        + " at \(error.line):\(error.column)")
  }

  func checkJSON(_ response: HTTPResponse, _ path: String) throws(KubernetesError) {
    let first = response.body.first { !($0 == 0x20 || (0x09...0x0D).contains($0)) }
    if first == UInt8(ascii: "{") { return }
    throw KubernetesError(
      .notJSON, "\(context(path)): the answer is \(Self.form(response)), not JSON",
      hint: "does \(access.server.origin) lead to a Kubernetes API, without a login page or another server in between?")
  }

  private static func form(_ response: HTTPResponse) -> String {
    let start = String(decoding: response.body.prefix(512), as: UTF8.self).lowercased()
    let type = response.headers["content-type"].map { OneLine.text($0, limit: 60) }
    if start.allSatisfy(\.isWhitespace) { return "empty" }
    if start.contains("<html") || start.contains("<!doctype html") || type?.hasPrefix("text/html") == true {
      return "an HTML page"
    }
    return type.map { "something else (\($0))" } ?? "something else"
  }

  /// The error that a status other than 200 is.
  func refusal(_ response: HTTPResponse, _ path: String, _ attached: Attached) -> KubernetesError {
    let status = response.status
    let said = Redactor(secrets: attached.secrets).redact(Self.words(response))
    func error(_ kind: KubernetesError.Kind, _ hint: String? = nil) -> KubernetesError {
      KubernetesError(kind, "\(context(path)): HTTP \(status)" + (said.isEmpty ? "" : ": \(said)"), hint: hint)
    }
    switch status {
    case 300..<400: return redirected(response, path)
    case 401: return error(.unauthorized, unauthorizedHint(attached))
    case 403: return error(.forbidden, "grant \(KubernetesPath.permission(path)) to these credentials")
    case 404: return error(.notFound)
    case 410: return error(.expired)
    case 429:
      let wait = response.headers["retry-after"].flatMap { Int($0) }
      return error(.throttled, wait.map { "the server asks to come back after \($0) s" } ?? "ask less at once, or later")
    case 500...: return error(.unavailable(status))
    default: return error(.refused(status))
    }
  }

  private func redirected(_ response: HTTPResponse, _ path: String) -> KubernetesError {
    // The origin only: the rest may hold a session.
    let target = response.headers["location"].flatMap { try? access.server.resolving($0) }
    return KubernetesError(
      .redirected,
      "\(context(path)): HTTP \(response.status): it is redirected to \(target.map { "\($0.origin)" } ?? "nowhere"), which is not followed",
      hint: "the kubeconfig's server must be the API server itself")
  }

  private func unauthorizedHint(_ attached: Attached) -> String {
    switch access.credentials {
    case .none:
      if !access.server.isSecure { return "credentials are sent over https only, and the server is http" }
      return access.connection.certificate == nil
        ? "the context has no user with credentials" : "the client's certificate is not accepted; has it expired?"
    case .token, .basic: return "the credentials are not accepted; have they expired?"
    case .tokenFile: return "the token is not accepted, also read anew"
    case .plugin: return "what the credential plugin gives is not accepted, also after another run"
    }
  }

  /// What the server says: the message of a Kubernetes Status, or the first line of a text.
  static func words(_ response: HTTPResponse) -> String {
    if let message = statusMessage(response.body) { return OneLine.text(message, limit: 500) }
    let text = String(decoding: response.body.prefix(1024), as: UTF8.self)
    let line = text.split(whereSeparator: \.isNewline).first { !$0.allSatisfy(\.isWhitespace) }
    guard let line else { return "" }
    let start = line.drop(while: \.isWhitespace)
    if start.hasPrefix("<") { return form(response) }
    return OneLine.text(String(start), limit: 200)
  }

  private static func statusMessage(_ body: [UInt8]) -> String? {
    guard body.count <= 1 << 20, let status = try? JSONValue(parsing: body), status["kind"]?.string == "Status" else {
      return nil
    }
    let message = status["message"]?.string ?? ""
    return message.isEmpty ? status["reason"]?.string : message
  }
}
