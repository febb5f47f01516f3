import Forge
import Git
import Jobs
import Report

/// Pull requests of the local forge as a person reads them on a terminal.
enum RequestText {
  static func line(_ request: PullRequest) -> String {
    let labels = request.labels.isEmpty ? "" : "  [\(request.labels.joined(separator: ", "))]"
    return PlainText.line(request.title, limit: 200) + PlainText.line(labels, limit: 200)
  }

  static func text(_ request: PullRequest, _ statuses: [CommitStatus]) -> String {
    var lines = [
      "#\(request.number) \(line(request))",
      "\(request.state.rawValue), \(PlainText.line(request.branch, limit: 200)) into \(PlainText.line(request.base, limit: 200)), "
        + "head \(request.head.short), by \(PlainText.line(request.author, limit: 80))",
    ]
    if let by = request.closedBy {
      lines.append("closed by \(PlainText.line(by, limit: 80))\(request.mark.map { ": \($0)" } ?? "")")
    }
    for review in request.reviews {
      let verb = review.state == .approved ? "approved" : "asked for changes in"
      let isCurrent = review.commit == request.head ? "" : ", an earlier head"
      lines.append("\(PlainText.line(review.by, limit: 80)) \(verb) \(review.commit.short)\(isCurrent)")
    }
    for status in statuses {
      lines.append("\(status.context): \(status.state.rawValue), \(PlainText.line(status.description, limit: 200))")
    }
    let comments = request.comments.map { "\n\(PlainText.line($0.by, limit: 80)): \(PlainText.line($0.text, limit: 2000))" }
    return (lines + [""] + MarkdownText.terminal(request.body) + comments).joined(separator: "\n") + "\n"
  }

  static func json(_ request: PullRequest, _ statuses: [CommitStatus]? = nil) -> JSONOutput {
    .members([
      "number": .number(request.number), "title": .string(request.title), "state": .string(request.state.rawValue),
      "base": .string(request.base), "branch": .string(request.branch), "head": .string(request.head.hex),
      "author": .string(request.author), "labels": .strings(request.labels),
      "closedBy": request.closedBy.map(JSONOutput.string), "mark": request.mark.map(JSONOutput.string),
      "mergedCommit": request.mergedCommit.map { .string($0.hex) }, "body": .string(request.body),
      "reviews": .array(
        request.reviews.map {
          .members(["by": .string($0.by), "state": .string($0.state.rawValue), "commit": .string($0.commit.hex)])
        }),
      "comments": .array(request.comments.map { .members(["by": .string($0.by), "text": .string($0.text)]) }),
      "statuses": statuses.map { statuses in
        .array(
          statuses.map {
            .members([
              "context": .string($0.context), "state": .string($0.state.rawValue), "description": .string($0.description),
            ])
          })
      },
    ])
  }
}
