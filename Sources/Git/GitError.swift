/// What went wrong with a repository: libgit2's own words, and ours about what was being done.
package struct GitError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, CaseIterable {
    /// No answer from where the repository should be.
    case unreachable
    /// The remote knows us and says no, or does not let us in; or a path that may not be written.
    case refused
    /// Something else is there, or nothing.
    case notARepository
    /// An object or reference that does not exist.
    case notFound
    /// Objects or references that can't be read, or are missing though others name them.
    case damaged
    /// Another process holds a lock.
    case locked
    /// The cache can't be written.
    case readOnlyCache
    case noSpace
    /// A kind of remote that is not supported yet.
    case unsupported
    /// A child process that signs said no.
    case signing
    /// An argument that makes no sense: a path, a name, an author.
    case invalid
  }

  package var kind: Kind
  /// What was being done: "cannot read the tree 1a2b… of /srv/fleet.git".
  package var context: String
  /// Why not, in the words of whoever refused.
  package var message: String
  package var hint: String?
  /// The remote itself is so: building the cache anew changes nothing.
  var isOfRemote = false

  package init(_ kind: Kind, _ context: String, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.context = context
    self.message = message
    self.hint = hint
  }

  package var description: String {
    let text = message.isEmpty ? context : "\(context): \(message)"
    return hint.map { "\(text), hint: \($0)" } ?? text
  }

  /// The exit code of sysexits that says the same.
  package var exitCode: Int32 {
    switch kind {
    case .unreachable: 69
    case .refused, .readOnlyCache: 77
    case .noSpace, .locked: 75
    case .notARepository, .notFound, .damaged, .unsupported, .invalid: 65
    case .signing: 1
    }
  }
}
