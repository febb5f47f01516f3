/// The recorded history of four applications' image tags in three environments, as the corpus has it.
package struct ImageTags: Sendable {
  package static let environments = ["integration", "staging", "production"]
  package static let applications = ["government-frontend", "publisher", "publishing-api", "search-api"]

  package static func path(_ environment: String, _ application: String) -> String {
    "charts/app-config/image-tags/\(environment)/\(application)"
  }

  /// The part of a policy that says what is where; the same wherever this history is gone through.
  package static let layout = """
    fleet: {clusters: [integration, staging, production]}
    components:

    """ + applications.map { "  \($0): {file: \"\(path("{cluster}", $0))\", field: image_tag, order: seen}\n" }.joined()

  /// One change of one environment's file.
  package struct Change: Sendable {
    package let step: Int
    package let environment: String
    package let application: String
    package let blob: String
    package let from: String
    package let to: String
    package let isPromoted: Bool
    /// Whether `to` came to integration after `from` did.
    package let isForward: Bool

    package var path: String { ImageTags.path(environment, application) }
  }

  package let history: RecordedHistory
  /// Without the initial state.
  package let changes: [Change]
  /// By application, the values of integration in the order in which they first appeared.
  package let order: [String: [String]]

  package init() throws {
    history = try RecordedHistory("dev-govuk-image-tags")
    var order: [String: [String]] = [:]
    var now: [String: String] = [:]
    var changes: [Change] = []
    for step in history.steps {
      for change in step.changes {
        let parts = change.path.split(separator: "/").suffix(2).map(String.init)
        let (environment, application, text) = (parts[0], parts[1], history.text(change))
        let to = Self.value("image_tag", in: text)
        if environment == "integration", order[application]?.contains(to) != true { order[application, default: []].append(to) }
        let from = now.updateValue(to, forKey: change.path)
        guard let from, step.number > 0 else { continue }
        let places = [from, to].map { order[application]?.firstIndex(of: $0) ?? -1 }
        changes.append(
          Change(
            step: step.number, environment: environment, application: application, blob: change.blob, from: from, to: to,
            isPromoted: Self.value("promote_deployment", in: text) == "true", isForward: places[0] < places[1]))
      }
    }
    self.changes = changes
    self.order = order
  }

  /// The value of a line `key: value`.
  package static func value(_ key: String, in text: String) -> String {
    text.split(separator: "\n").first { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.count + 2)) } ?? ""
  }
}
