import COpenSSL
import Foundation

/// What the API says to one request.
struct Answer {
  var status = 200
  var type = "application/json; charset=utf-8"
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []

  init(_ json: JSON, status: Int = 200) {
    self.status = status
    body = json.bytes
  }

  init(text: String, status: Int = 200, type: String = "text/plain; charset=utf-8") {
    self.status = status
    self.type = type
    body = Array(text.utf8)
  }

  static var nothing: Answer {
    var answer = Answer(text: "", status: 204)
    answer.body = []
    return answer
  }

  static let documentation = "https://docs.github.com/rest"

  /// A refusal, as GitHub words it.
  static func failure(_ status: Int, _ message: String, errors: [JSON]? = nil, documentation: String = documentation) -> Answer {
    var members: [JSON.Member] = [.init(name: "message", value: .string(message))]
    if let errors { members.append(.init(name: "errors", value: .array(errors))) }
    members.append(.init(name: "documentation_url", value: .string(documentation)))
    members.append(.init(name: "status", value: .string(String(status))))
    return Answer(.object(members), status: status)
  }

  static var notFound: Answer { failure(404, "Not Found") }

  static func invalid(_ errors: JSON...) -> Answer { failure(422, "Validation Failed", errors: errors) }

  /// `{"resource": "PullRequest", "code": "custom", "message": …}`
  static func custom(_ resource: String, field: String? = nil, _ message: String) -> Answer {
    var error: JSON = ["resource": .string(resource), "code": "custom"]
    if let field { error = error.with(["field": .string(field)]) }
    return invalid(error.with(["message": .string(message)]))
  }

  static func invalid(_ resource: String, field: String, code: String = "invalid") -> Answer {
    invalid(["resource": .string(resource), "field": .string(field), "code": .string(code)])
  }

  /// A weak tag of the body and of who may see it.
  func tag(for user: String?) -> String {
    var digest = [UInt8](repeating: 0, count: 64)
    var size: UInt32 = 0
    let bytes = body + Array((user ?? "").utf8)
    EVP_Digest(bytes, bytes.count, &digest, &size, EVP_sha256(), nil)
    return "W/\"" + digest.prefix(Int(size)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "\""
  }
}

/// A refusal on the way to an answer.
struct Refused: Error {
  let answer: Answer

  init(_ answer: Answer) { self.answer = answer }
}
