/// Who made a commit, and when.
package struct Signature: Hashable, Sendable {
  package var name: String
  package var email: String
  /// UTC seconds since 1970.
  package var seconds: Int
  /// Minutes east of UTC that the commit shows.
  package var offset: Int

  package init(name: String, email: String, seconds: Int, offset: Int = 0) {
    self.name = name
    self.email = email
    self.seconds = seconds
    self.offset = offset
  }
}

package struct Commit: Hashable, Sendable {
  package var id: ObjectID
  package var tree: ObjectID
  package var parents: [ObjectID]
  package var message: String
  package var author: Signature
  package var committer: Signature

  /// The first line of the message.
  package var subject: String {
    String(message.drop { $0 == "\n" }.prefix { $0 != "\n" })
  }
}

package enum FileMode: Hashable, Sendable {
  case file, executable, link, submodule
}

/// A file of a tree. Bytes of a path that are no UTF-8 stand as `\xNN`.
package struct FileEntry: Hashable, Sendable {
  package var path: String
  package var id: ObjectID
  package var mode: FileMode
}

/// A path that differs between two trees; nil where it does not exist.
package struct FileChange: Hashable, Sendable {
  package var path: String
  package var old: ObjectID?
  package var new: ObjectID?
}

/// What to do with a path of a tree.
package enum Change: Hashable, Sendable {
  /// A file with this content; one that exists keeps its mode.
  case write([UInt8])
  /// Nothing is there afterwards; a folder that becomes empty goes too.
  case remove
}

/// How a commit is signed.
package enum Signing: Hashable, Sendable {
  /// With `ssh-keygen`: the file of a private key without a passphrase.
  case ssh(keyFile: String)
  /// With `gpg`: a key id, fingerprint or address of the key ring at hand.
  case openPGP(key: String)
}

package enum MergeOutcome: Hashable, Sendable {
  /// `theirs` is in `ours` already.
  case upToDate
  /// `ours` is in `theirs`: the merge is `theirs` itself.
  case fastForward
  case clean(tree: ObjectID)
  /// The paths that both sides changed differently, sorted.
  case conflict([String])
}

/// A move of a reference, from what it must be now.
package struct RefUpdate: Hashable, Sendable {
  package var name: String
  /// nil: it must not exist.
  package var old: ObjectID?
  /// nil: it goes.
  package var new: ObjectID?

  package init(_ name: String, from old: ObjectID?, to new: ObjectID?) {
    self.name = name
    self.old = old
    self.new = new
  }
}

package enum RefOutcome: Hashable, Sendable {
  case updated
  /// Somebody else moved it first; what it is now.
  case lostRace(now: ObjectID?)
  /// The remote says no, in its own words; or not moved because another of the same push was not.
  case refused(String)
}

/// How to log in over ssh.
package struct SSHCredentials: Hashable, Sendable {
  /// The file of a private key without a passphrase; nil: the agent of `SSH_AUTH_SOCK`.
  package var keyFile: String?
  /// nil: `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`.
  package var knownHosts: String?

  package init(keyFile: String? = nil, knownHosts: String? = nil) {
    self.keyFile = keyFile
    self.knownHosts = knownHosts
  }
}
