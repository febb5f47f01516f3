import Git
import Host

/// What the local forge keeps of one pull request, as `pulls/<n>.json`. Members that it does not know stay.
struct PullFile: Sendable, Equatable {
  static let format = 1

  var request: PullRequest
  /// The base's tip when the request was opened. A head that was in it then has nothing to merge, and is never merged.
  var openedOn: ObjectID?
  /// The file as it was read.
  private var members: [String: JSONValue] = [:]

  init(_ request: PullRequest, openedOn: ObjectID?) {
    self.request = request
    self.openedOn = openedOn
  }

  static func path(_ number: Int) -> String { "pulls/\(number).json" }

  static func == (a: PullFile, b: PullFile) -> Bool { a.request == b.request && a.openedOn == b.openedOn }
}

// MARK: Reading

extension PullFile {
  init(_ bytes: [UInt8], path: String) throws(ForgeError) {
    let file = try ForgeFile(bytes, path: path, newest: Self.format)
    members = file.members
    openedOn = try file.optionalCommit("openedOn")
    request = PullRequest(
      number: try file.number("number"), title: try file.text("title"), body: try file.text("body"),
      base: try file.text("base"), branch: try file.text("branch"), head: try file.commit("head"),
      author: try file.text("author"), state: try file.choice("state"), closedBy: try file.optionalText("closedBy"),
      closedAt: try file.optionalMoment("closedAt"), mark: try file.optionalText("mark"),
      labels: try file.texts("labels"),
      reviews: try file.objects("reviews") { (review) throws(ForgeError) in
        PullRequest.Review(
          by: try review.text("by"), state: try review.choice("state"), commit: try review.commit("commit"),
          at: try review.moment("at"))
      },
      comments: try file.objects("comments") { (comment) throws(ForgeError) in
        PullRequest.Comment(
          by: try comment.text("by"), text: try comment.text("text"), at: try comment.moment("at"),
          key: try comment.optionalText("key"))
      },
      mergedCommit: try file.optionalCommit("mergedCommit"), createdAt: try file.moment("createdAt"))
    guard Self.path(request.number) == path else {
      throw .damaged(file: path, why: "it is the record of #\(request.number)")
    }
  }
}

// MARK: Writing

extension PullFile {
  var bytes: [UInt8] {
    var members = members
    members["format"] = .integer(Self.format)
    members["number"] = .integer(request.number)
    members["title"] = .string(request.title)
    members["body"] = .string(request.body)
    members["base"] = .string(request.base)
    members["branch"] = .string(request.branch)
    members["head"] = .string(request.head.hex)
    members["author"] = .string(request.author)
    members["state"] = .string(request.state.rawValue)
    members["closedBy"] = request.closedBy.map { .string($0) }
    members["closedAt"] = request.closedAt.map { .string(RFC3339.text(seconds: $0)) }
    members["mark"] = request.mark.map { .string($0) }
    members["labels"] = .array(request.labels.map { .string($0) })
    members["reviews"] = Self.list(request.reviews, over: members["reviews"]) { review, members in
      members["by"] = .string(review.by)
      members["state"] = .string(review.state.rawValue)
      members["commit"] = .string(review.commit.hex)
      members["at"] = .string(RFC3339.text(seconds: review.at))
    }
    members["comments"] = Self.list(request.comments, over: members["comments"]) { comment, members in
      members["by"] = .string(comment.by)
      members["text"] = .string(comment.text)
      members["at"] = .string(RFC3339.text(seconds: comment.at))
      members["key"] = comment.key.map { .string($0) }
    }
    members["mergedCommit"] = request.mergedCommit.map { .string($0.hex) }
    members["createdAt"] = .string(RFC3339.text(seconds: request.createdAt))
    members["openedOn"] = openedOn.map { .string($0.hex) }
    return JSONValue.object(members).serialized()
  }

  /// A list that only ever grows: each element starts from the one that stood in its place.
  private static func list<T>(
    _ elements: [T], over old: JSONValue?, _ write: (T, inout [String: JSONValue]) -> Void
  ) -> JSONValue {
    let present = old?.array ?? []
    return .array(
      elements.enumerated().map { place, element in
        var members = place < present.count ? present[place].object ?? [:] : [:]
        write(element, &members)
        return .object(members)
      })
  }
}
