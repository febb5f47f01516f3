import ArgumentParser
import Forge
import Git
import Jobs
import Report

struct ForgeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forge", abstract: "The local forge, as a person.",
    discussion: "Pull requests that live in the repository itself. Its approvals are as good as push access.",
    subcommands: [
      List.self, Show.self, Approve.self, RequestChanges.self, Label.self, Unlabel.self, Comment.self, Merge.self,
      Revert.self, Close.self, Reopen.self,
    ])

  /// Who acts, on which request.
  struct Acting: ParsableArguments {
    @Argument(help: "The pull request's number.")
    var number: Int
    @Option(name: .customLong("as"), help: "Who does it; else the user's name.")
    var name: String?
    var person: String { name ?? Person.current }

    /// Says what was done, in the form that was asked for.
    func tell(_ session: Session, _ text: String, _ did: String, label: String? = nil, commit: ObjectID? = nil) {
      session.print(
        text + "\n",
        json: .members([
          "number": .number(number), "by": .string(person), "did": .string(did), "label": label.map(JSONOutput.string),
          "commit": commit.map { .string($0.hex) },
        ]))
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists pull requests.")
    @Flag(name: .long, help: "Those that are merged or closed too.")
    var all = false
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      let requests = try await session.forge.list().filter { all || $0.state == .open }
      let none = all ? "there is no pull request\n" : "no pull request is open; --all lists those merged or closed too\n"
      let lines = requests.map { "#\($0.number)  \($0.state.rawValue.padded(6))  \(RequestText.line($0))\n" }.joined()
      session.print(lines.isEmpty ? none : lines, json: .array(requests.map { RequestText.json($0) }))
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows a pull request.")
    @Argument(help: "The pull request's number.")
    var number: Int
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      let request = try await session.forge.request(number)
      let statuses = try await session.forge.statuses(of: request.head)
      session.print(RequestText.text(request, statuses), json: RequestText.json(request, statuses))
    }
  }

  struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Approves a pull request at its present head.")
    @OptionGroup var acting: Acting
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      try await session.forge.approve(acting.number, as: acting.person)
      acting.tell(session, "\(acting.person) approved #\(acting.number)", "approved")
    }
  }

  struct RequestChanges: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "request-changes", abstract: "Asks for changes: nothing merges until the same person approves.")
    @OptionGroup var acting: Acting
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      try await session.forge.requestChanges(acting.number, as: acting.person)
      acting.tell(session, "\(acting.person) asked for changes in #\(acting.number)", "requestedChanges")
    }
  }

  struct Label: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Puts a label on a pull request, like sluice/hold.")
    @OptionGroup var acting: Acting
    @Argument(help: "The label.")
    var label: String
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      try await session.forge.label(acting.number, label, as: acting.person)
      acting.tell(session, "#\(acting.number) has the label \(label)", "labelled", label: label)
    }
  }

  struct Unlabel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Takes a label off a pull request.")
    @OptionGroup var acting: Acting
    @Argument(help: "The label.")
    var label: String
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      try await session.forge.unlabel(acting.number, label, as: acting.person)
      acting.tell(session, "#\(acting.number) no longer has the label \(label)", "unlabelled", label: label)
    }
  }

  struct Comment: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Comments on a pull request.")
    @OptionGroup var acting: Acting
    @Argument(help: "What to say.")
    var text: String
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      try await session.forge.comment(acting.number, text: text, as: acting.person)
      acting.tell(session, "\(acting.person) commented on #\(acting.number)", "commented")
    }
  }

  struct Merge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Merges a pull request as a person: no gate is asked.")
    @OptionGroup var acting: Acting
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      let commit = try await session.forge.merge(acting.number, as: acting.person)
      acting.tell(session, "\(acting.person) merged #\(acting.number) as \(commit.short)", "merged", commit: commit)
    }
  }

  struct Revert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Opens a pull request that reverts a merged one, as a forge's button does.")
    @OptionGroup var acting: Acting
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      let request = try await session.forge.revert(acting.number, as: acting.person)
      acting.tell(session, "\(acting.person) opened #\(request.number) to revert #\(acting.number)", "reverted")
    }
  }

  struct Close: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Closes a pull request: what it promotes is not proposed there again.")
    @OptionGroup var acting: Acting
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      try await session.forge.close(acting.number, as: acting.person)
      acting.tell(session, "\(acting.person) closed #\(acting.number)", "closed")
    }
  }

  struct Reopen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Opens a closed pull request again.")
    @OptionGroup var acting: Acting
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      try await session.forge.reopen(acting.number, as: acting.person)
      acting.tell(session, "\(acting.person) reopened #\(acting.number)", "reopened")
    }
  }
}

extension String {
  /// With spaces to a width.
  fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
