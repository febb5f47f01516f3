import Foundation
import TestSupport

/// A run that stands still in the middle, for as long as a test acts beside it. No sleeping: both ends wait on named pipes.
///
/// Each commit that sluice makes is signed, and the signer is ours: it waits at the first commit whose text has some words in
/// it, when what was decided is decided, and not yet written.
extension World {
  /// From here on commits are signed by a program that can be made to wait. The policy must have no `sign:`.
  func makeInterruptible() throws {
    try Command.check(["mkfifo", "reached", "goOn"], in: path)
    let signer = """
      #!/bin/sh
      set -eu
      text=$(cat)
      case "$text" in
      *"${HELD_AT:-no commit says this}"*)
        if mkdir "$WORLD/held" 2> /dev/null; then : > "$WORLD/reached"; read -r _ < "$WORLD/goOn"; fi ;;
      esac
      printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nnone\\n-----END PGP SIGNATURE-----\\n'

      """
    try Command.check(["chmod", "+x", try folder.write(signer, to: "bin/gpg")])
    try changePolicy("branch: main}", "branch: main, sign: {openpgp: nobody}}")
  }

  /// Starts a command that waits before it writes the first commit that says these words, and gives it when it waits there.
  func startHeld(at words: String, _ arguments: String...) throws -> Running {
    // One that ends without having waited says so in the same pipe.
    let script = "\"$@\"; status=$?; [ -e held ] || echo \"it ended with $status\" > reached; exit $status"
    let running = try Command.start(
      ["sh", "-c", script, "sh", Binary.path] + arguments, in: path,
      environment: environment.merging(["HELD_AT": words]) { $1 })
    let ended = try Command.check(["cat", "reached"], in: path).trimmed
    guard ended.isEmpty else {
      let done = try running.wait()
      throw Command.Failure(description: "no commit said \(words): \(ended)\n\(done.output)\(done.errors)")
    }
    return running
  }

  /// Lets it go on, and waits for its end.
  func goOn(_ running: Running) throws -> Command {
    try Command.check(["sh", "-c", "echo > goOn"], in: path)
    let done = try running.wait()
    try FileManager.default.removeItem(atPath: path + "/held")
    return done
  }
}
