/// One attempt, for the log: its `description` is one line without secrets.
package struct HTTPLogEntry: Sendable, Equatable, CustomStringConvertible {
  package let method: String
  package let url: String
  package let attempt: Int
  package var status: Int?
  package var failure: String?
  package var bytes = 0
  package var duration = Duration.zero
  package var isReused = false
  package var isFromCache = false
  package var version: HTTPHead.Version?

  init(_ request: HTTPRequest, attempt: Int) {
    method = request.method.rawValue
    url = request.shownURL
    self.attempt = attempt
  }

  mutating func take(_ head: HTTPHead, _ facts: Transfer.Facts?) {
    status = head.status
    version = head.version
    bytes = facts?.bytes ?? 0
    duration = facts?.duration ?? .zero
    isReused = facts?.isReused ?? false
  }

  package var description: String {
    var text = "\(method) \(url)"
    if let status { text += " \(status)" }
    text += " \(bytes) B \(duration.milliseconds) ms"
    if let version { text += " \(version.rawValue)" }
    if attempt > 1 { text += ", attempt \(attempt)" }
    if isReused { text += ", connection reused" }
    if isFromCache { text += ", body kept from before" }
    if let failure { text += ": \(failure)" }
    return text
  }
}
