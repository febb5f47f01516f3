import Foundation
import TestSupport

extension Trouble {
  static let all = config + policies + surroundings + repositories + ledgers + forges + people

  /// What people write into the config repository.
  static let config: [Trouble] = [
    Trouble(title: "a layer file is missing", exit: 65, says: "tiers/dev.yaml") { world in
      try world.commit("remove a layer") { try $0.remove("tiers/dev.yaml") }
    } cure: { world in
      try world.commit("put it back") { try $0.write("versions:\n  app: \"1.1.0\"\n", to: "tiers/dev.yaml") }
    },
    Trouble(title: "a cluster's file is a list", exit: 65, says: "clusters/d1.yaml:1:1") { world in
      try world.commit("a list") { try $0.write("- name: d1\n- tier: dev\n", to: "clusters/d1.yaml") }
    },
    Trouble(title: "a cluster's file is empty", exit: 65, says: "tier") { world in
      try world.commit("empty") { try $0.write("", to: "clusters/d1.yaml") }
    },
    Trouble(title: "a layer is not YAML", exit: 65, says: "tiers/prod.yaml:3:") { world in
      try world.commit("bad YAML") { try $0.write("versions:\n  app: \"1.0.0\"\n bad: [\n", to: "tiers/prod.yaml") }
    },
    Trouble(title: "a layer has undecodable bytes", exit: 65, says: "tiers/prod.yaml:2:") { world in
      try world.commit("bad bytes") { try $0.write(Array("versions:\n  app: ".utf8) + [0xFF, 0xFE, 10], to: "tiers/prod.yaml") }
    },
    Trouble(title: "a key twice on the way to a version", exit: 65, says: "tiers/prod.yaml:3:") { world in
      try world.commit("twice") { try $0.write("versions:\n  app: \"1.0.0\"\n  app: \"1.1.0\"\n", to: "tiers/prod.yaml") }
    },
    Trouble(title: "a version that is a map", exit: 65, says: "tiers/prod.yaml") { world in
      try world.commit("a map") { try $0.write("versions:\n  app: {tag: \"1.0.0\"}\n", to: "tiers/prod.yaml") }
    },
    Trouble(title: "a file that is a link", exit: 65, says: "tiers/prod.yaml") { world in
      try world.commit("a link") { work in
        try work.remove("tiers/prod.yaml")
        try FileManager.default.createSymbolicLink(atPath: work.path + "/tiers/prod.yaml", withDestinationPath: "/etc/passwd")
      }
    },
  ]

  /// A trouble of the policy: some of its text is another.
  private static func policy(_ title: String, says: String, _ old: String, _ new: String) -> Trouble {
    Trouble(title: title, exit: 65, says: says) {
      try $0.changePolicy(old, new)
    } cure: {
      try $0.changePolicy(new, old)
    }
  }

  static let policies: [Trouble] = [
    policy("a cluster in two stages", says: "d1", "select: {tier: prod}", "select: {name: [p1, d1]}"),
    policy("a stage that selects nothing", says: "prod", "select: {tier: prod}", "select: {tier: prud}"),
    policy("an unknown stage in after", says: "dev", "after: dev", "after: dve"),
    policy("stages that follow one another in a circle", says: "prod", "  - name: dev\n", "  - name: dev\n    after: prod\n"),
    policy("a placeholder that nothing gives", says: "teir", "tiers/{tier}.yaml", "tiers/{teir}.yaml"),
    policy("an unknown key", says: "components", "components:", "componets:"),
    policy(
      "an unknown key of a stage", says: "soak", "    soak: 1m\n    deadline: 10m\n    apply",
      "    soka: 1m\n    deadline: 10m\n    apply"),
    policy("a tag pattern without a version", says: "{version}", "tag: \"v{version}\"", "tag: \"v\""),
    policy("a policy that is not YAML", says: "policy.yaml:2:", "name: world\n", "name: [world\n"),
    policy("a policy for another forge", says: "not supported yet", "kind: local", "kind: gitlab"),
    policy("a branch that does not exist", says: "refs/heads/trunk", "branch: main", "branch: trunk"),
  ]

  /// What surrounds the program.
  static let surroundings: [Trouble] = [
    Trouble(title: "an unknown job", exit: 64, says: "there is no job \"merg\"", arguments: ["run", "--only", "check,merg"]) {
      _ in
    },
    Trouble(title: "no job", exit: 64, says: "job", arguments: ["run", "--only", ","]) { _ in },
    Trouble(title: "an unknown stage", exit: 64, says: "there is no stage prd", arguments: ["stop", "prd"]) { _ in },
    Trouble(title: "an unknown option", exit: 64, says: "--onyl", arguments: ["run", "--onyl", "check"]) { _ in },
    Trouble(title: "no policy is named", exit: 64, says: "SLUICE_POLICY", without: ["SLUICE_POLICY"]) { _ in },
    Trouble(title: "the policy is not there", exit: 65, says: "there is no policy file") { world in
      try FileManager.default.removeItem(atPath: world.path + "/policy.yaml")
    },
    Trouble(title: "the policy is a folder", exit: 65, says: "folder", environment: ["SLUICE_POLICY": "scripts"]) { _ in },
    Trouble(title: "no HOME and no cache", exit: 64, says: "SLUICE_CACHE", without: ["HOME", "SLUICE_CACHE", "XDG_CACHE_HOME"]) {
      _ in
    },
    Trouble(
      title: "the cache is below a file", exit: 77, says: "cannot write the cache", arguments: ["run", "--cache", "clock/cache"]
    ) { _ in },
    Trouble(title: "the observer is missing", exit: 0, says: "scripts/observe", leavesAll: false) { world in
      try FileManager.default.removeItem(atPath: world.path + "/scripts/observe")
    },
    Trouble(title: "the observer prints no JSON", exit: 0, says: "not JSON", leavesAll: false) { world in
      try world.folder.write("#!/bin/sh\necho yes\n", to: "scripts/observe")
    },
    Trouble(title: "the upgrade command is missing", exit: 1, says: "scripts/upgrade", leavesAll: false) { world in
      try FileManager.default.removeItem(atPath: world.path + "/scripts/upgrade")
      try world.land("versions:\n  app: \"1.2.0\"\n", in: "tiers/dev.yaml")
    },
    Trouble(title: "the version source is missing", exit: 65, says: "app.git") { world in
      try FileManager.default.removeItem(atPath: world.path + "/app.git")
    },
    Trouble(title: "garbage in the fleet's memo", exit: 0, says: "", leavesAll: false) { world in
      try Command.check(["sh", "-c", "for f in cache/*/fleet-*; do head -c 5000 /dev/urandom > $f; done"], in: world.path)
    },
    Trouble(title: "the fleet's memo cut short", exit: 0, says: "", leavesAll: false) { world in
      try Command.check(["sh", "-c", "for f in cache/*/fleet-*; do truncate -s 100 $f; done"], in: world.path)
    },
  ]
}

extension World {
  /// Puts a file on the base as a person does.
  func land(_ text: String, in file: String) throws { try commit("Edit \(file)") { try $0.write(text, to: file) } }
}

extension TemporaryFolder {
  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }
}
