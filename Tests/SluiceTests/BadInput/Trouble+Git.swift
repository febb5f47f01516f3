import Foundation
import TestSupport

extension Trouble {
  /// A shell's work in the config repository.
  private static func damage(
    _ title: String, exit: Int32, says: String, golden: Bool = true, leavesAll: Bool = true, _ script: String, cure: String? = nil
  ) -> Trouble {
    var trouble = Trouble(title: title, exit: exit, says: says, leavesAll: leavesAll, isGolden: golden) { world in
      try Command.check(["sh", "-eu", "-c", script], in: world.fleet)
    }
    if let cure { trouble.cure = { world in try Command.check(["sh", "-eu", "-c", cure], in: world.fleet) } }
    return trouble
  }

  /// The repository itself: the damages of facts/git.md that a path can have, and the rights on it.
  static let repositories: [Trouble] = [
    Trouble(title: "the repository is missing", exit: 65, says: "nothing on that path") { world in
      try Command.check(["mv", world.fleet, world.fleet + ".away"])
    } cure: { world in
      try Command.check(["mv", world.fleet + ".away", world.fleet])
    },
    Trouble(title: "the repository is a folder that is none", exit: 65, says: "no git repository") { world in
      try world.changePolicy("./fleet.git", "./scripts")
    },
    Trouble(title: "the repository is a file", exit: 65, says: "no git repository") {
      try $0.changePolicy("./fleet.git", "./clock")
    },
    damage(
      "the base's tree is missing", exit: 65, says: "object not found",
      """
      o=$(git rev-parse 'main^{tree}'); mv objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-) kept; echo $o > name
      """, cure: "o=$(cat name); mv kept objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)"),
    damage(
      "the base's commit is empty", exit: 65, says: "loose object",
      """
      o=$(git rev-parse main); f=objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-); chmod u+w $f; : > $f
      """),
    damage(
      "a layer's blob is garbage", exit: 65, says: "loose object",
      """
      o=$(git rev-parse main:tiers/dev.yaml); f=objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-); chmod u+w $f
      echo garbage > $f
      """),
    damage(
      "a pack is cut short", exit: 65, says: "", golden: false,
      "git gc -q; chmod u+w objects/pack/*.pack; truncate -s 200 objects/pack/*.pack"),
    damage(
      "bytes of a pack are flipped", exit: 65, says: "", golden: false,
      #"""
      git gc -q; chmod u+w objects/pack/*.pack; s=$(wc -c < $(echo objects/pack/*.pack)); n=20
      while [ $n -lt $((s - 30)) ]; do printf '\377\377' | dd of=$(echo objects/pack/*.pack) bs=1 seek=$n conv=notrunc status=none; n=$((n + 40)); done
      """#),
    damage("packed-refs is garbage", exit: 65, says: "packed", "echo garbage > packed-refs", cure: "rm packed-refs"),
    damage(
      "the base's reference is empty", exit: 65, says: "refs/heads/main",
      "cp refs/heads/main kept; : > refs/heads/main", cure: "cp kept refs/heads/main"),
    damage(
      "the base names a commit that is not there", exit: 65, says: "object not found",
      "cp refs/heads/main kept; echo 1111111111111111111111111111111111111111 > refs/heads/main",
      cure: "cp kept refs/heads/main"),
    damage("HEAD is empty", exit: 0, says: "", leavesAll: false, ": > HEAD"),
    damage(
      "the repository's configuration is garbage", exit: 65, says: "config",
      "cp config kept; echo '[[[' > config", cure: "cp kept config"),
    Trouble(title: "git's lock on the base was left behind", exit: 75, says: "refs/heads/main.lock", leavesAll: false) { world in
      try world.check("forge", "approve", "2")
      try Command.check(["touch", world.fleet + "/refs/heads/main.lock"])
    } cure: { world in
      try Command.check(["rm", world.fleet + "/refs/heads/main.lock"])
    },
    damage(
      "what a killed writer left", exit: 0, says: "", leavesAll: false,
      "head -c 1000 /dev/urandom > objects/pack/pack_git2_abc; echo x > objects/pack/tmp_pack_x; touch sluice-locks/x"),
  ]

  /// The ledger.
  static let ledgers: [Trouble] =
    [
      Trouble(title: "a ledger of a newer format", exit: 65, says: "format is 2") {
        try $0.rewriteLedger("clusters/*/d1.json", "s/\"format\": 1/\"format\": 2/")
      },
      Trouble(title: "a ledger that went backwards", exit: 65, says: "ledger rebuild") { world in
        let first = try world.git("rev-list", "--max-parents=0", "sluice-ledger").trimmed
        try world.move("refs/heads/sluice-ledger", first)
      } cure: {
        try $0.check("ledger", "rebuild")
      },
      Trouble(title: "a ledger that is gone", exit: 65, says: "ledger rebuild") { world in
        try world.move("-d", "refs/heads/sluice-ledger")
      } cure: {
        try $0.check("ledger", "rebuild")
      },
      Trouble(title: "a ledger of somebody else", exit: 65, says: "ledger rebuild") { world in
        let tree = try world.git("rev-parse", "main^{tree}").trimmed
        let commit = try world.git("commit-tree", "-m", "x", tree).trimmed
        try world.move("refs/heads/sluice-ledger", commit)
      } cure: {
        try $0.check("ledger", "rebuild")
      },
    ]
    + [
      ("clusters/*/d1.json", 0), ("versions/*/app.json", 65), ("qualified/dev/app/*.json", 65), ("rollouts/dev/app/*.json", 0),
      ("applies/*/d1/app.json", 0), ("gates/*/*.json", 0), ("tips/*/*.json", 0), ("cursors/*/main.json", 65),
      ("heartbeats/*/all.json", 0),
    ].map { file, exit in
      Trouble(title: "garbage in the ledger's \(file)", exit: Int32(exit), says: "", leavesAll: false) {
        try $0.rewriteLedger(file, "s/.*/garbage/")
      }
    }

  /// The local forge's own reference.
  static let forges: [Trouble] = [
    Trouble(title: "a pull request that is no JSON", exit: 65, says: "pulls/1.json", leavesAll: false) {
      try $0.rewrite("refs/sluice/forge", "pulls/1.json", "s/.*/garbage/")
    },
    Trouble(title: "a pull request of a newer format", exit: 65, says: "format is 2", leavesAll: false) {
      try $0.rewrite("refs/sluice/forge", "pulls/*.json", "s/\"format\": 1/\"format\": 2/")
    },
    Trouble(title: "the forge's reference is a file", exit: 65, says: "another kind", leavesAll: false) { world in
      try world.move("refs/sluice/forge", try world.git("rev-parse", "main:defaults.yaml").trimmed)
    },
  ]
}

extension World {
  /// Moves a reference by hand.
  func move(_ arguments: String...) throws { try Command.check(["git", "-C", fleet, "update-ref"] + arguments) }

  func rewriteLedger(_ files: String, _ edit: String) throws { try rewrite("refs/heads/sluice-ledger", "world/\(files)", edit) }

  /// Edits files of a reference by hand, with sed.
  func rewrite(_ reference: String, _ files: String, _ edit: String) throws {
    let script = """
      set -eu
      git clone -q -n "$1" w && cd w && git fetch -q origin "$2:refs/heads/x" && git checkout -q x
      ls $3 > /dev/null && sed -i.bak "$4" $3 && find . -name '*.bak' -delete
      git commit -q -a -m 'by hand' && git push -q origin "x:$2"
      """
    let work = try TemporaryFolder()
    try Command.check(["sh", "-c", script, "sh", fleet, reference, files, edit], in: work.path)
  }
}
