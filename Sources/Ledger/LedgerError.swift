package import Git

/// Why the ledger can't be read or written.
package enum LedgerError: Error, Sendable {
  /// A file of a newer format than this program reads; nothing is read from it and nothing written over it.
  case newerFormat(file: String, format: Int, ledger: String)
  /// A file that can't be read: its subject is unknown. `why` says what is wrong with it.
  case damaged(file: String, why: String, ledger: String)
  /// The base carries trailers of this policy's decisions, and there is no ledger.
  case missing(ledger: String, trailer: ObjectID)
  /// The base was decided on a ledger that the present one does not descend from.
  case rewound(ledger: String, tip: ObjectID, trailer: ObjectID)
  /// Other writers were faster, as often as was tried.
  case contended(ledger: String, tries: Int)
  /// The server refused the push, with its words.
  case refused(ledger: String, words: String)
  case git(GitError)
}

extension LedgerError: CustomStringConvertible {
  /// The exit code of sysexits that says the same.
  package var exitCode: Int32 {
    switch self {
    case .newerFormat, .damaged, .missing, .rewound: 65
    case .contended: 75
    case .refused: 77
    case .git(let error): error.exitCode
    }
  }

  package var description: String {
    switch self {
    case .newerFormat(let file, let format, let ledger):
      """
      cannot read \(file) on \(ledger): its format is \(format), and this sluice reads up to \(RecordFormat.current), \
      hint: run the newer sluice that wrote it
      """
    case .damaged(let file, let why, let ledger):
      """
      cannot read \(file) on \(ledger): \(why), \
      hint: restore the file from an earlier commit of \(ledger), or remove it and let sluice look again
      """
    case .missing(let ledger, let trailer):
      """
      \(ledger) is missing, but the base holds promotions decided on its commit \(trailer.hex), \
      hint: push \(ledger) back, or start anew with: sluice ledger rebuild
      """
    case .rewound(let ledger, let tip, let trailer):
      """
      \(ledger) went backwards: its tip \(tip.hex) does not descend from \(trailer.hex), on which the base's newest \
      promotion was decided, hint: push \(ledger) back to where it was, or start anew with: sluice ledger rebuild
      """
    case .contended(let ledger, let tries):
      "cannot write \(ledger): other writers were faster \(tries) times, hint: run again in a minute"
    case .refused(let ledger, let words):
      "cannot push \(ledger): \(words), hint: let sluice's account push to it"
    case .git(let error): error.description
    }
  }
}
