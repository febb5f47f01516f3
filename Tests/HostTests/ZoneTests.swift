import TestSupport
import Testing

@testable import Host

@Suite struct `Time zones` {
  static let names = [
    "UTC", "America/Los_Angeles", "America/St_Johns", "America/Sao_Paulo", "America/Havana", "America/Nuuk", "Europe/Berlin",
    "Europe/London", "Europe/Dublin", "Europe/Istanbul", "Africa/Casablanca", "Africa/Cairo", "Asia/Kathmandu", "Asia/Tehran",
    "Asia/Gaza", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Antarctica/Troll",
  ]

  static let isInstalled = !ZoneFolder.system.names.isEmpty

  @Test(.enabled(if: isInstalled, "no tzdata here"), arguments: names)
  func `have the offsets that the system's own tools know`(name: String) throws {
    let zone = try ZoneFolder.system.zone(name)
    var random = Seeded(UInt64(name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }))
    var moments = (0..<15).map { _ in Int.random(in: -2_208_988_800...4_102_444_800, using: &random) }
    let changes =
      zone.changes.map(\.moment).filter { $0 > -2_208_988_800 } + (zone.rule?.changes(around: 3_000_000_000) ?? []).map(\.moment)
    for change in changes.shuffled(using: &random).prefix(6) { moments += [change - 1, change] }
    guard let known = try Self.offsets(of: name, at: moments) else {
      print("no GNU date and no python3 to compare time zones with")
      return
    }
    #expect(known.count == moments.count)
    for (moment, offset) in zip(moments, known) {
      #expect(zone.offset(at: moment) == offset, "\(name) at \(RFC3339.text(seconds: moment))")
    }
  }

  /// nil where neither tool is.
  private static func offsets(of name: String, at moments: [Int]) throws -> [Int]? {
    let folder = try TemporaryFolder()
    let list = try folder.write(moments.map { "@\($0)\n" }.joined(), to: "moments")
    let date = try Command.run(["date", "-f", list, "+%::z"], environment: ["TZ": name])
    if date.status == 0 {
      return date.output.split(separator: "\n").map { line in
        let parts = line.dropFirst().split(separator: ":").compactMap { Int($0) }
        return (parts[0] * 3600 + parts[1] * 60 + parts[2]) * (line.hasPrefix("-") ? -1 : 1)
      }
    }
    let script = """
      import datetime, sys, zoneinfo
      zone = zoneinfo.ZoneInfo(sys.argv[1])
      epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
      for line in open(sys.argv[2]):
        moment = epoch + datetime.timedelta(seconds=int(line[1:]))
        print(int(moment.astimezone(zone).utcoffset().total_seconds()))
      """
    let python = try Command.run(["python3", "-c", script, name, list])
    return python.status == 0 ? python.output.split(separator: "\n").compactMap { Int($0) } : nil
  }

  /// Against the definition: every minute of the days around is asked what the wall shows then.
  @Test(.enabled(if: isInstalled, "no tzdata here"), arguments: names)
  func `find the first and the last moment of each time on the wall`(name: String) throws {
    let zone = try ZoneFolder.system.zone(name)
    var random = Seeded(11)
    let recent = zone.changes.map(\.moment).filter { $0 > 157_766_400 }  // since 1975 all offsets are whole minutes
    let later = (zone.rule?.changes(around: 2_900_000_000) ?? []).map(\.moment)
    for change in (recent + later + [1_700_000_040]).shuffled(using: &random).prefix(4) {
      let moments = stride(from: change - 60 * 3600, through: change + 60 * 3600, by: 60)
      let shown = Dictionary(grouping: moments) { $0 + zone.offset(at: $0) }
      for _ in 0..<40 {
        let wall = change + zone.offset(at: change) + Int.random(in: -1680...1680, using: &random) * 60
        let hits = shown[wall] ?? shown.lazy.filter { $0.key > wall }.compactMap(\.value.first).min().map { [$0] } ?? []
        let time = WallTime(seconds: wall)
        #expect(zone.first(time) == hits.first && zone.last(time) == hits.last, "\(name) \(wall)")
      }
    }
  }

  @Test func `are known without any file where it is UTC`() throws {
    let zone = try ZoneFolder("/nonexistent").zone("UTC")
    #expect(zone.offset(at: 1_795_363_687) == 0)
    #expect(zone.first(WallTime(seconds: 5)) == 5)
  }

  @Test func `that are missing are told apart from tzdata that is`() throws {
    let empty = try TemporaryFolder()
    #expect {
      try ZoneFolder(empty.path).zone("Europe/Berlin")
    } throws: { error in
      "\(error)" == "no time zones in \(empty.path), and so no Europe/Berlin, hint: install tzdata, or set TZDIR"
    }
  }

  @Test(
    .enabled(if: isInstalled, "no tzdata here"),
    arguments: [
      "Europe/Berln", "Europe", "", "/etc/passwd", "../zoneinfo/UTC", "Europe/../UTC", "Europe//Berlin", "Europe/Berlin/", "a\0b",
      ".",
    ])
  func `with other names are unknown`(name: String) {
    #expect {
      try ZoneFolder.system.zone(name)
    } throws: { error in
      "\(error)" == "unknown time zone \"\(name)\", hint: write Area/City, like Europe/Berlin"
        && (error as? HostError)?.kind == .notFound
    }
  }

  @Test func `that are damaged are refused, wherever the damage is`() throws {
    let good = CompiledZone().bytes
    #expect(throws: Never.self) { try ZoneFile.read(good, name: "x") }
    for length in good.indices { #expect(throws: ZoneFile.Fault.self) { try ZoneFile.read(Array(good[..<length]), name: "x") } }
    var random = Seeded(3)
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      // Whatever is read can be asked.
      if let zone = try? ZoneFile.read(bytes, name: "x") {
        _ = zone.offset(at: 0)
        _ = zone.first(WallTime(seconds: 1_000_000_000))
      }
    }
    #expect(throws: ZoneFile.Fault.self) { try ZoneFile.read(good + [0], name: "x") }
    #expect(throws: ZoneFile.Fault.self) { try ZoneFile.read(CompiledZone(leaps: 1).bytes, name: "x") }
    #expect(throws: ZoneFile.Fault.self) { try ZoneFile.read(CompiledZone(version: 0).bytes, name: "x") }
    #expect(throws: ZoneFile.Fault.self) { try ZoneFile.read(CompiledZone(moments: [5, 5]).bytes, name: "x") }
    #expect(throws: ZoneFile.Fault.self) { try ZoneFile.read(CompiledZone(footer: "PST8PDT").bytes, name: "x") }
  }

  @Test func `with a short table go on by their law`() throws {
    let zone = try ZoneFile.read(CompiledZone(moments: [0, 1000], footer: "CET-1CEST,M3.5.0,M10.5.0/3").bytes, name: "x")
    #expect(zone.offset(at: -1) == 60)
    #expect(zone.offset(at: 0) == 3600)
    #expect(zone.offset(at: 1_774_745_999) == 3600)  // 2026-03-29T00:59:59Z
    #expect(zone.offset(at: 1_774_746_000) == 7200)
    #expect(zone.offset(at: 1_792_889_999) == 7200)  // 2026-10-25T00:59:59Z
    #expect(zone.offset(at: 1_792_890_000) == 3600)
    let none = try ZoneFile.read(CompiledZone(moments: [0, 1000], footer: "").bytes, name: "x")
    #expect(none.offset(at: 1_774_746_000) == 60)
  }
}

/// A zone's file with the changes given, which lead to one hour and one minute in turn.
private struct CompiledZone {
  var version = UInt8(ascii: "2")
  var leaps = 0
  var moments = [0, 1000]
  var footer = "CET-1CEST,M3.5.0,M10.5.0/3"

  var bytes: [UInt8] {
    func integer(_ value: Int, _ width: Int) -> [UInt8] {
      (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * (width - 1 - $0))) }
    }
    func block(_ moments: [Int], _ width: Int) -> [UInt8] {
      var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
      for count in [0, 0, leaps, moments.count, 2, 4] { bytes += integer(count, 4) }
      for moment in moments { bytes += integer(moment, width) }
      bytes += moments.indices.map { UInt8(($0 + 1) % 2) }
      bytes += integer(60, 4) + [0, 0] + integer(3600, 4) + [0, 0] + Array("XXX\0".utf8)
      for _ in 0..<leaps { bytes += integer(0, width) + integer(0, 4) }
      return bytes
    }
    return block([], 4) + block(moments, 8) + Array("\n\(footer)\n".utf8)
  }
}
