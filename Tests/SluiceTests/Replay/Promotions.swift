import TestSupport

/// What Sluice landed of a history, against what landed in it.
struct Promotions {
  enum Why: String, CaseIterable {
    case notForPromotion = "integration said promote_deployment: false"
    case overtaken = "integration had a newer value before the history promoted it"
  }

  struct Addition {
    let environment: String
    let application: String
    let value: String
    let why: Why
  }

  let tags: ImageTags
  /// By Sluice, the oldest first.
  let made: [RecordedHistory.Landing]
  /// What somebody landed where only others should: a person outside integration, or Sluice in it.
  let strangers: [RecordedHistory.Landing]
  /// Forward changes of the history, and those back.
  private(set) var forward = 0
  private(set) var back = 0
  /// Forward changes of the history that Sluice made too: the same bytes in the same file, in the same order.
  private(set) var matched = 0
  private(set) var missing: [ImageTags.Change] = []
  private(set) var added: [Addition] = []

  init(landed: [RecordedHistory.Landing], tags: ImageTags) {
    self.tags = tags
    made = landed.filter { $0.author == "sluice" }
    strangers = landed.filter { ($0.author == "sluice") == $0.path.contains("/integration/") }
    for environment in ["staging", "production"] {
      for application in ImageTags.applications { compare(environment, application) }
    }
    missing.sort { $0.step < $1.step }
  }

  private mutating func compare(_ environment: String, _ application: String) {
    let own = made.filter { $0.path == ImageTags.path(environment, application) }
    let real = tags.changes.filter { $0.environment == environment && $0.application == application }
    back += real.count { !$0.isForward }
    var next = 0
    var found: Set<Int> = []
    for change in real where change.isForward {
      forward += 1
      guard let place = own.indices.dropFirst(next).first(where: { own[$0].blob == change.blob }) else {
        missing.append(change)
        continue
      }
      matched += 1
      found.insert(place)
      next = place + 1
    }
    let values = values(environment, application)
    for place in values.indices where !found.contains(place) {
      let first = tags.changes.first {
        $0.environment == "integration" && $0.application == application && $0.to == values[place]
      }
      added.append(
        Addition(
          environment: environment, application: application, value: values[place],
          why: first?.isPromoted == true ? .overtaken : .notForPromotion))
    }
  }

  /// The values that Sluice gave an application in a stage.
  func values(_ environment: String, _ application: String) -> [String] {
    let path = ImageTags.path(environment, application)
    return made.filter { $0.path == path }.map(value)
  }

  private func value(_ landing: RecordedHistory.Landing) -> String {
    ImageTags.value("image_tag", in: landing.added.joined(separator: "\n"))
  }

  /// The values that the very next change of integration took back: it came before they could reach production.
  var takenBackAtOnce: [ImageTags.Change] {
    let changes = tags.changes.filter { $0.environment == "integration" }
    return zip(changes, changes.dropFirst()).filter { $0.application == $1.application && !$1.isForward }.map(\.0)
  }

  /// Those of Sluice's commits that change anything but one line, the version's.
  var inexact: [RecordedHistory.Landing] {
    made.filter { landing in
      let lines = [landing.removed, landing.added]
      return !lines.allSatisfy { $0.count == 1 && $0[0].hasPrefix("image_tag: ") }
    }
  }

  /// The counts, and what was not as it was, for people.
  var account: String {
    var text = """
      real history: \(forward) forward changes of staging and production and \(back) back
        \(matched) of them made by Sluice with the same bytes in the same order, of its \(made.count)
        \(missing.count) not made: \(missing.map { "\($0.environment) \($0.application) \($0.to) (\($0.step))" }.joined(separator: ", "))

      """
    for why in Why.allCases {
      let those = added.filter { $0.why == why }
      text += "  \(those.count) made in addition: \(why.rawValue)\n"
      for application in ImageTags.applications {
        for environment in ["staging", "production"] {
          let values = those.filter { $0.application == application && $0.environment == environment }.map(\.value)
          if !values.isEmpty {
            text += "    \(environment) \(application): \(values.map { $0.prefix(12) }.joined(separator: " "))\n"
          }
        }
      }
    }
    return text
  }
}
