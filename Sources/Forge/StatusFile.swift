import Git
import Host

/// What the local forge keeps of one commit's statuses, as `statuses/<sha>.json`. Members that it does not know stay.
struct StatusFile: Sendable, Equatable {
  /// By context.
  private(set) var statuses: [String: CommitStatus] = [:]
  private var times: [String: Int] = [:]
  private var members: [String: JSONValue] = [:]

  init() {}

  static func path(_ commit: ObjectID) -> String { "statuses/\(commit.hex).json" }

  var sorted: [CommitStatus] { statuses.values.sorted { $0.context < $1.context } }

  /// Sets a status as of a time, unless it is set already.
  mutating func set(_ status: CommitStatus, at time: Int) {
    guard statuses[status.context] != status else { return }
    statuses[status.context] = status
    times[status.context] = time
  }

  init(_ bytes: [UInt8], path: String) throws(ForgeError) {
    let file = try ForgeFile(bytes, path: path, newest: PullFile.format)
    members = file.members
    for (context, status) in try file.objectMap("statuses") {
      statuses[context] = CommitStatus(
        context: context, state: try status.choice("state"), description: try status.text("description"),
        url: try status.optionalText("url"), by: try status.optionalText("by"))
      times[context] = try status.moment("at")
    }
  }

  var bytes: [UInt8] {
    var members = members
    var present = members["statuses"]?.object ?? [:]
    for (context, status) in statuses {
      var it = present[context]?.object ?? [:]
      it["state"] = .string(status.state.rawValue)
      it["description"] = .string(status.description)
      it["url"] = status.url.map { .string($0) }
      it["by"] = status.by.map { .string($0) }
      it["at"] = times[context].map { .string(RFC3339.text(seconds: $0)) }
      present[context] = .object(it)
    }
    members["format"] = .integer(PullFile.format)
    members["statuses"] = .object(present)
    return JSONValue.object(members).serialized()
  }
}
