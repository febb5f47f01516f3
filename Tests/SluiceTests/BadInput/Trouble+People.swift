import Foundation
import TestSupport

extension Trouble {
  /// What people do where sluice works, and what sources say.
  static let people: [Trouble] = [
    Trouble(title: "a person's branch in our namespace", exit: 0, says: "", leavesAll: false) { world in
      try world.commit("mine", branch: "sluice/world/promote/dev/app") { try $0.write("mine\n", to: "notes.txt") }
    },
    Trouble(title: "a person's branch where no slot is", exit: 0, says: "", leavesAll: false) { world in
      try world.commit("mine", branch: "sluice/world/promote/nowhere/at/all") { try $0.write("mine\n", to: "notes.txt") }
    },
    Trouble(
      title: "a branch where our folder should be", exit: 77, says: "refs/heads/sluice/world/promote/dev exists", leavesAll: false
    ) { world in
      try world.commit("mine", branch: "sluice/world/promote/dev") { try $0.write("mine\n", to: "notes.txt") }
      try world.release("1.2.0")
    },
    Trouble(title: "tags that are no versions", exit: 0, says: "", leavesAll: false) { world in
      for name in hostileTags { try world.tag("v" + name) }
    },
    Trouble(title: "a tag that git would refuse", exit: 65, says: "refs/tags/v../../etc") { try $0.tag("v../../etc") },
  ]

  /// As far as git lets a tag be named.
  static let hostileTags = [
    "1.2.0;touch$IFS'x'", "$(touch$IFS'x')", "1.2.0`id`", "-rf", "--upload-pack=x", "1.2.0|x", "(a)", "<b>", "@everyone",
    "1.2.0-\u{202E}txt", "%2e%2e", "9".padding(toLength: 200, withPad: "9", startingAt: 0),
    "1." + String(repeating: "7", count: 150), "1.2.0+" + String(repeating: "a", count: 100), "é", "1.2.0'\"", "#1", "/close",
  ]
}

extension World {
  /// Writes a tag's reference as a file: names that git itself would refuse are made too, where a file can be so named.
  func tag(_ name: String) throws {
    let commit = try Command.check(["git", "-C", path + "/app.git", "rev-parse", "v1.0.0"]).trimmed
    let file = path + "/app.git/refs/tags/" + name
    guard name.utf8.count < 250, !name.contains("..") else {
      let packed = path + "/app.git/packed-refs"
      let old = (try? String(contentsOfFile: packed, encoding: .utf8)) ?? "# pack-refs with: peeled fully-peeled sorted \n"
      return try (old + "\(commit) refs/tags/\(name)\n").write(toFile: packed, atomically: true, encoding: .utf8)
    }
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try "\(commit)\n".write(toFile: file, atomically: true, encoding: .utf8)
  }
}
