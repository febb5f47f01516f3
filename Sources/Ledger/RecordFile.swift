import Host

/// The bytes of a record.
enum RecordFile {
  /// What a file held.
  enum Content<R: LedgerRecord>: Sendable {
    /// A record, and the path where one of its subject belongs.
    case record(R, path: String)
    case damaged(String)
    case newer(format: Int)
  }

  static func read<R: LedgerRecord>(_ bytes: [UInt8], policy: String, as type: R.Type = R.self) -> Content<R> {
    do {
      let members = try members(bytes)
      if let format = try newerFormat(members) { return .newer(format: format) }
      let record = try R(from: members)
      return .record(record, path: R.path(of: record.subject, policy: policy))
    } catch {
      return .damaged(error.why)
    }
  }

  /// Whether a file may be written over.
  enum State: Sendable {
    case sound(Members)
    case damaged(String)
    case newer(format: Int)
  }

  static func state<R: LedgerRecord>(
    of bytes: [UInt8], at path: String, policy: String, as type: R.Type
  ) -> State {
    switch read(bytes, policy: policy, as: type) {
    case .record(_, path):
      do { return .sound(try members(bytes)) } catch { return .damaged(error.why) }
    case .record(_, let place): return .damaged(misplaced(place))
    case .damaged(let why): return .damaged(why)
    case .newer(let format): return .newer(format: format)
    }
  }

  static func misplaced(_ place: String) -> String { "it is the record that belongs in \(place)" }

  private static func members(_ bytes: [UInt8]) throws(MalformedRecord) -> Members {
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes) } catch { throw MalformedRecord(why: "it is no JSON (\(error))") }
    guard case .object(let members) = value else { throw MalformedRecord(why: "it is no JSON object") }
    return Members(members)
  }

  /// The format, when it is newer than this program's.
  private static func newerFormat(_ members: Members) throws(MalformedRecord) -> Int? {
    let format = try members.number("format")
    guard format >= 1 else { throw MalformedRecord(why: "its format is \(format)") }
    return format > RecordFormat.current ? format : nil
  }

  /// The bytes of a record written over the members that were there; nil when that changes nothing.
  static func written(_ record: any LedgerRecord, over old: Members?) -> [UInt8]? {
    var members = old ?? Members()
    record.write(to: &members)
    members.set("format", RecordFormat.current)
    if let old, old.values == members.values { return nil }
    return JSONValue.object(members.values).serialized()
  }
}
