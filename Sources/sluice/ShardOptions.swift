import ArgumentParser
import Host
import Promotion

/// For what looks at clusters: which of them this process looks at.
struct ShardOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Looks at a part of the clusters alone: 0/8 to 7/8, or 8 alone in an Indexed Job of Kubernetes, which names the part.",
      valueName: "i/n"))
  var shard: String?

  /// The variable in which an Indexed Job says which of its pods this is, from 0.
  private static let index = "JOB_COMPLETION_INDEX"

  func part() throws -> Shard {
    guard let shard else { return .all }
    let parts = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    if parts.count == 1, let count = parts[0] {
      guard let text = Environment.value(Self.index) else {
        throw UsageError("--shard \(shard) names no part, and \(Self.index) is not set, hint: --shard 0/\(shard)")
      }
      guard let index = Int(text), let part = Shard(index, of: count) else {
        throw UsageError(
          "\(Self.index) is \"\(text)\", which is no part of \(shard), hint: the Job's completions must be \(shard)")
      }
      return part
    }
    guard parts.count == 2, let index = parts[0], let count = parts[1], let part = Shard(index, of: count) else {
      throw UsageError("there is no part \"\(shard)\", hint: --shard 0/8 is the first of 8, --shard 7/8 the last")
    }
    return part
  }
}
