import Foundation
import TestSupport

/// The recorded applications on the local forge: their repository, a policy, and clusters that run at once whatever the base
/// desires of them.
final class ReplayWorld: Sendable {
  let tags: ImageTags
  private let folder: TemporaryFolder
  var fleet: String { folder.path + "/fleet.git" }

  init(_ tags: ImageTags) throws {
    self.tags = tags
    folder = try TemporaryFolder()
    try Command.check(["git", "init", "-q", "--bare", "-b", "main", fleet])
    try tags.history.put(Array(tags.history.steps.prefix(1)), on: fleet, first: true)
    try folder.write(policy, to: "policy.yaml")
    try Command.check(["chmod", "+x", try folder.write(Self.observer, to: "observe")])
  }

  private var policy: String {
    """
    name: replay
    repository: {url: fleet.git, branch: main}
    forge: {kind: local}
    \(ImageTags.layout)connect: {run: [./observe, "{cluster}"]}
    stages:
      - {name: integration, select: {cluster: [integration]}, soak: 0s}
      - {name: staging, after: integration, select: {cluster: [staging]}, soak: 0s, merge: {approvals: 0}}
      - {name: production, after: staging, select: {cluster: [production]}, soak: 0s, merge: {approvals: 0}}

    """
  }

  private static let observer = #"""
    #!/bin/sh
    set -eu
    versions=$(git -C fleet.git grep '^image_tag: ' main -- "charts/app-config/image-tags/$1" |
      sed 's|.*/\([^/:]*\):image_tag: \(.*\)|"\1":"\2"|' | paste -sd,)
    printf '{"versions":{%s},"healthy":true,"reasons":[]}' "$versions"

    """#

  /// Runs the chain once, as cron does; gives what it printed.
  func run(at time: Int) throws -> String {
    try folder.write("\(time)\n", to: "clock")
    return try sluice("run")
  }

  func sluice(_ arguments: String...) throws -> String {
    let environment = [
      "SLUICE_POLICY": folder.path + "/policy.yaml", "SLUICE_CACHE": folder.path + "/cache",
      "SLUICE_CLOCK": folder.path + "/clock",
    ]
    return try Command.check([Binary.path] + arguments, in: folder.path, environment: environment)
  }

  /// Gives an application another version in an environment, as a person does.
  func move(_ environment: String, _ application: String, to version: String) throws {
    let script =
      #"rm -rf "$0" && git clone -q fleet.git "$0" && cd "$0" && sed -i "s/^image_tag: .*/image_tag: $2/" "$1" && git commit -qam "$2" && git push -q"#
    try Command.check(["sh", "-c", script, "work", ImageTags.path(environment, application), version], in: folder.path)
  }

  func git(_ arguments: String...) throws -> String { try Command.check(["git", "-C", fleet] + arguments) }

  /// What landed on the base, the oldest first, without the initial state.
  func landed() throws -> [RecordedHistory.Landing] { Array(try RecordedHistory.landed(on: fleet).dropFirst(12)) }

  /// The value of each file on the base, by path.
  func values() throws -> [String: String] {
    let lines = try git("grep", "^image_tag: ", "main").split(separator: "\n")
    return Dictionary(
      uniqueKeysWithValues: lines.map { line in
        let parts = line.split(separator: ":", maxSplits: 2)
        return (String(parts[1]), ImageTags.value("image_tag", in: String(parts[2])))
      })
  }
}
