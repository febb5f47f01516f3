/// A part of the fleet that one process looks at: clusters by a stable hash of their names, so that no list has to be agreed on.
package struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// From 0.
  package let index: Int
  package let count: Int

  package static let all = Shard(index: 0, count: 1)

  private init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  /// - Returns: nil where there is no such part.
  package init?(_ index: Int, of count: Int) {
    guard (1...100_000).contains(count), (0..<count).contains(index) else { return nil }
    self.init(index: index, count: count)
  }

  /// Reads `description`.
  package init?(name: String) {
    if name == "all" {
      self = .all
      return
    }
    let parts = name.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1] else { return nil }
    self.init(index, of: count)
  }

  /// As heartbeats are named: `all`, `3-8`.
  package var description: String { count == 1 ? "all" : "\(index)-\(count)" }

  package func contains(_ cluster: ClusterName) -> Bool {
    count == 1 || Int(stableHash(cluster) % UInt64(count)) == index
  }
}
