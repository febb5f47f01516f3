import Foundation
import Git
import TestSupport
import Testing

@Suite("commits are signed, and git says they are good")
struct SigningTests {
  @Test("with an ssh key, even one that a secret mount left readable")
  func ssh() async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    let key = origin.folder.path + "/key"
    try Command.check(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    try Command.check(["chmod", "644", key])
    let publicKey = try origin.folder.text("key.pub").split(separator: " ").prefix(2).joined(separator: " ")
    let signers = try origin.folder.write("sluice@localhost namespaces=\"git\" \(publicKey)\n", to: "signers")
    let repository = try await origin.open()
    let tree = try await repository.writeTree(base: tip, changes: ["a": .write([50])])
    let message = "signed\n\nwith a body\n"
    let commit = try await repository.writeCommit(
      tree: tree, parents: [tip], message: message, author: bot, committer: bot, signing: .ssh(keyFile: key))
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: commit)]) == [.updated])
    try origin.git("-c", "gpg.ssh.allowedSignersFile=\(signers)", "-c", "gpg.format=ssh", "verify-commit", "main")
    #expect(try await repository.commit(commit).message == message)
    try origin.fsck()
    // The key is not left lying about. (A process that was killed while it signed may have left one of its own.)
    let own = try origin.folder.text("key")
    let rest = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory())
    for name in rest where name.hasPrefix("sluice-key-") {
      let left = try? String(contentsOfFile: NSTemporaryDirectory() + "/" + name + "/key", encoding: .utf8)
      #expect(left != own)
    }
  }

  @Test("a key that cannot sign is an error that says why")
  func unusable() async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    let locked = origin.folder.path + "/locked"
    try Command.check(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", locked])
    let repository = try await origin.open()
    let commit = try await repository.commit(tip)
    for (signing, word) in [
      (Signing.ssh(keyFile: locked), "passphrase"), (.ssh(keyFile: "/nonexistent/key"), "/nonexistent/key"),
      (.openPGP(key: "nobody@nowhere.test"), "nobody@nowhere.test"),
    ] {
      let error = await #expect(throws: GitError.self) {
        _ = try await repository.writeCommit(
          tree: commit.tree, parents: [tip], message: "m", author: bot, committer: bot, signing: signing)
      }
      #expect(error?.kind == .signing)
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
  }
}
