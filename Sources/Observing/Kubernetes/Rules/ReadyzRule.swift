import HTTP
import Host
import Kubernetes
import Promotion

/// Whether an API server says that it is ready. Its status decides; the words only say why ("not intended to be consumed by a
/// machine"), and that it was an API server that answered.
struct ReadyzRule {
  let status: Int
  let text: String

  static let source = "readyz"
  private static let checkLimit = 20

  /// - Throws: where the answer is not an API server's word on its health.
  init(status: Int, body: [UInt8]) throws(KubernetesError) {
    self.status = status
    text = String(decoding: body.prefix(1 << 16), as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let isAnswer = words.hasPrefix("[+]") || words.hasPrefix("[-]") || words.hasPrefix("readyz check ")
    switch status {
    // One that breaks off lacks its last words.
    case 200 where words == "ok" || isAnswer && words.hasSuffix(" check passed"): return
    case 500 where isAnswer, 503 where isAnswer: return
    case 200: throw Self.error(.malformed, "the answer is not an API server's", status)
    case 300..<400: throw Self.error(.redirected, "it is redirected, which is not followed", status)
    case 401: throw Self.error(.unauthorized, "the credentials are not accepted", status)
    case 403:
      throw Self.error(.forbidden, "not permitted", status, hint: "bind the cluster role system:monitoring to these credentials")
    case 404: throw Self.error(.notFound, "there is no such path", status)
    case 429: throw Self.error(.throttled, "asked too much", status)
    case 500...: throw Self.error(.unavailable(status), "the answer is not an API server's", status)
    default: throw Self.error(.refused(status), "the answer is not an API server's", status)
    }
  }

  private static func error(
    _ kind: KubernetesError.Kind, _ why: String, _ status: Int, hint: String? = nil
  ) -> KubernetesError {
    KubernetesError(kind, "cannot GET /readyz: HTTP \(status): \(why)", hint: hint)
  }

  func judge(_ findings: inout FindingList) {
    guard status != 200 else { return }
    let failing = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("[-]") }
    for line in failing.prefix(Self.checkLimit) {
      let name = line.dropFirst(3).prefix { $0 != " " }
      findings.add(source: Self.source, key: "readyz/\(name)", "the API server's readyz: \(name) failed")
    }
    if failing.isEmpty { findings.add(source: Self.source, key: "readyz", "the API server's readyz: HTTP \(status)") }
  }
}
