package import Promotion

/// That a shard's check looked, and at whom in vain: between transitions nothing else is written.
package struct HeartbeatRecord: LedgerRecord {
  package static let kind = RecordKind.heartbeats

  package var shard: String
  package var beat: Heartbeat
  /// How many clusters it looked at.
  package var count: Int

  package init(_ shard: Shard, beat: Heartbeat, count: Int) {
    self.shard = shard.description
    self.beat = beat
    self.count = count
  }

  package var subject: String { shard }

  package init(from members: Members) throws(MalformedRecord) {
    shard = try members.text("shard")
    beat = Heartbeat(
      at: try members.moment("at"), unread: try members.optionalMoments("unread"), shard: Shard(name: shard))
    count = try members.number("count")
  }

  package func write(to members: inout Members) {
    members.set("shard", shard)
    members.set("at", beat.at)
    members.set("unread", beat.unread)
    members.set("count", count)
  }
}
