import HTTP
import Host
import YAML

/// Reads a field of a JSON answer.
struct HTTPFieldReader {
  static let limit = 4 << 20

  let question: HTTPQuestion
  let field: FieldPath

  func text(_ target: ObservationTarget) async throws(NoAnswer) -> String {
    let url = try question.url(for: target)
    let answer = try await question.ask(url, limit: Self.limit) { $0.headers.append("Accept", "application/json") }
    guard (200..<300).contains(answer.status) else {
      throw NoAnswer("\(url) answers \(answer.redactor.redact(answer.shownStatus))")
    }
    let value: JSONValue
    do { value = try JSONValue(parsing: answer.body) } catch {
      throw NoAnswer("the answer of \(url) is not JSON at \(answer.redactor.redact("\(error)"))")
    }
    guard let found = value.value(at: field) else { throw NoAnswer("the answer of \(url) has no field \(field)") }
    switch found {
    case .string(let text), .number(let text):
      guard answer.redactor.redact(text) == text else { throw NoAnswer("the field \(field) of \(url) holds the token") }
      return text
    default: throw NoAnswer("the field \(field) of \(url) is \(found.kind), not a string or a number")
    }
  }
}

extension JSONValue {
  /// What stands at a path, as in YAML: a number names an element of a list or a key of an object.
  func value(at path: FieldPath) -> JSONValue? {
    var here: JSONValue? = self
    for step in path.steps {
      guard let value = here else { return nil }
      here = value.value(at: step)
    }
    return here
  }

  private func value(at step: FieldPath.Step) -> JSONValue? {
    func element(_ index: Int?) -> JSONValue? {
      guard let array, let index, array.indices.contains(index) else { return nil }
      return array[index]
    }
    switch step {
    case .key(let key):
      return object.map { $0[key] } ?? element(Int(key).flatMap { String($0) == key ? $0 : nil })
    case .index(let index): return element(index)
    case .match(let key, let value):
      let found = array?.filter { (key.isEmpty ? $0 : $0[key])?.scalarText == value } ?? []
      // Which of several is meant nobody knows.
      return found.count == 1 ? found[0] : nil
    }
  }

  private var scalarText: String? {
    switch self {
    case .string(let text), .number(let text): text
    case .bool(let value): value ? "true" : "false"
    default: nil
    }
  }
}
