package import Git
package import HTTP
import Host

/// Why a forge did not do what was asked.
package enum ForgeError: Error, Sendable {
  case noRequest(number: Int)
  case notOpen(number: Int, PullRequest.State)
  case alreadyOpen(number: Int)
  case notMerged(number: Int)
  /// Another request from the same branch is open.
  case branchTaken(branch: String, by: Int)
  case noBranch(String)
  /// A branch that is to be merged into itself, an empty name or title.
  case invalid(String)
  /// The head is no longer the one that was looked at.
  case headMoved(number: Int, from: ObjectID, to: ObjectID)
  case ownRequest(number: Int, name: String)
  case conflict(number: Int, base: String, paths: [String])
  case nothingToMerge(number: Int, base: String)
  /// What a request changed was changed again since.
  case cannotRevert(number: Int, base: String, paths: [String])
  /// A file of a newer format than this program reads.
  case newerFormat(file: String, format: Int)
  case damaged(file: String, why: String)
  /// Others were faster, as often as was tried.
  case contended(tries: Int)
  /// The server refused the push, with its words.
  case refused(String)
  /// The forge answers no more of this account's questions until then (seconds since 1970; nil: it does not say).
  case limited(until: Int?, words: String)
  /// The credentials are wrong, expired or withdrawn.
  case unauthorized(words: String, hint: String?)
  /// The account may not do this.
  case notPermitted(words: String, hint: String?)
  /// The project is not there, or this account may not see it.
  case noProject(String, hint: String?)
  /// Something that the forge asks for and Sluice does not do.
  case unsupported(String, hint: String?)
  /// No answer, or none that can be used; a later run may fare better.
  case unavailable(words: String, hint: String?)
  /// The forge's answer can't be understood, or it refuses what should be right.
  case unexpected(String)
  case http(HTTPError)
  case git(GitError)
}

extension ForgeError: CustomStringConvertible {
  /// The exit code of sysexits that says the same.
  package var exitCode: Int32 {
    switch self {
    case .noRequest, .noBranch, .newerFormat, .damaged: 65
    case .invalid: 64
    case .notOpen, .alreadyOpen, .notMerged, .branchTaken, .headMoved, .ownRequest, .conflict, .nothingToMerge, .cannotRevert: 1
    case .contended, .limited: 75
    case .refused, .unauthorized, .notPermitted: 77
    case .noProject, .unsupported: 65
    case .unavailable, .unexpected: 69
    case .http(let error): error.exitCode
    case .git(let error): error.exitCode
    }
  }

  package var description: String {
    switch self {
    case .noRequest(let number): "there is no pull request #\(number), hint: sluice forge list"
    case .notOpen(let number, .merged): "#\(number) is merged already"
    case .notOpen(let number, _): "#\(number) is closed, hint: sluice forge reopen \(number)"
    case .alreadyOpen(let number): "#\(number) is open already"
    case .notMerged(let number): "#\(number) is not merged, so there is nothing to revert, hint: sluice forge close \(number)"
    case .branchTaken(let branch, let other):
      "cannot open another pull request from \(branch): #\(other) is open, hint: sluice forge close \(other)"
    case .noBranch(let branch): "there is no branch \(branch), hint: push it first"
    case .invalid(let why): why
    case .headMoved(let number, let old, let new):
      "#\(number) is at \(new.hex) now, not at \(old.hex), hint: look at it again: sluice forge show \(number)"
    case .ownRequest(let number, let name):
      "\(name) opened #\(number) and cannot approve it, hint: sluice forge approve \(number) --as NAME"
    case .conflict(let number, let base, let paths):
      """
      cannot merge #\(number) into \(base): both changed \(paths.prefix(5).joined(separator: ", "))\
      \(paths.count > 5 ? " and \(paths.count - 5) more" : ""), hint: bring its branch up to date with \(base)
      """
    case .cannotRevert(let number, let base, let paths):
      """
      cannot revert #\(number): \
      \(paths.isEmpty ? "nothing of it is left on \(base)" : "\(base) has changed since in \(paths.prefix(5).joined(separator: ", "))")\
      \(paths.count > 5 ? " and \(paths.count - 5) more" : ""), hint: `sluice rollback STAGE GROUP` takes a version back by what \
      the files say now
      """
    case .nothingToMerge(let number, let base): "cannot merge #\(number): \(base) holds its commits already"
    case .newerFormat(let file, let format):
      """
      cannot read \(file) on \(LocalForge.reference): its format is \(format), and this sluice reads up to \
      \(PullFile.format), hint: run the newer sluice that wrote it
      """
    case .damaged(let file, let why):
      """
      cannot read \(file) on \(LocalForge.reference): \(why), \
      hint: restore the file from an earlier commit of \(LocalForge.reference)
      """
    case .contended(let tries):
      "cannot write \(LocalForge.reference): others were faster \(tries) times, hint: run again in a minute"
    case .refused(let words):
      "cannot push \(LocalForge.reference): \(words), hint: let this account push to it"
    case .limited(let until, let words):
      "the forge answers no more for now: \(words)"
        + ", hint: run again "
        + (until.map { "at \(RFC3339.text(seconds: $0)), when it does" } ?? "in some minutes")
    case .unauthorized(let words, let hint), .notPermitted(let words, let hint), .noProject(let words, let hint),
      .unsupported(let words, let hint), .unavailable(let words, let hint):
      words + (hint.map { ", hint: \($0)" } ?? "")
    case .unexpected(let words): words
    case .http(let error): error.description
    case .git(let error): error.description
    }
  }
}
