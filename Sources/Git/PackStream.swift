import HTTP

/// The pack in a server's answer, as it comes.
final class PackStream {
  private let wire: SmartHTTP
  private let stream: HTTPStream
  private var reader = PacketReader()
  /// Before version 2 the pack has no section of its own.
  private var isInPack: Bool
  private var isEnded = false
  /// Whether files that were not asked for by their ids are left out.
  let isPartial: Bool
  private(set) var received = 0

  init(_ wire: SmartHTTP, _ stream: HTTPStream, isVersion2: Bool, isPartial: Bool) {
    self.wire = wire
    self.stream = stream
    isInPack = !isVersion2
    self.isPartial = isPartial
  }

  /// Waits for the first bytes; false where the answer has none.
  nonisolated(nonsending) func begins() async throws(GitError) -> Bool { try await read() }

  private nonisolated(nonsending) func read() async throws(GitError) -> Bool {
    do throws(HTTPError) {
      guard let bytes = try await stream.next() else { return false }
      received += bytes.count
      reader.add(bytes)
      return true
    } catch { throw wire.failure(error) }
  }

  /// The next part of the pack; nil at its end.
  ///
  /// - Throws: `GitError` where the answer ends before it says so: to HTTP itself a cut answer may look whole.
  nonisolated(nonsending) func next() async throws(GitError) -> [UInt8]? {
    while true {
      let part = try parts()
      if !part.isEmpty { return part }
      // Read to its very end: else the connection could not be used again.
      guard try await read() else {
        guard isEnded else { throw wire.cutShort }
        return nil
      }
    }
  }

  private func parts() throws(GitError) -> [UInt8] {
    var pack: [UInt8] = []
    while !isEnded, let packet = try wire.next(&reader) {
      if let words = packet.refusal { throw wire.refused(words) }
      guard case .data(let bytes) = packet else {
        isEnded = packet == .flush && isInPack
        continue
      }
      guard isInPack else {
        isInPack = packet.line == "packfile"
        continue
      }
      switch bytes.first {
      case 1: pack += bytes.dropFirst()
      case 2: break  // progress
      case 3: throw wire.refused(ServerWords.text(String(decoding: bytes.dropFirst(), as: UTF8.self)))
      default: break  // ACK, NAK
      }
    }
    return pack
  }
}

extension SmartHTTP {
  /// Asks for objects and all that they reach, without what `haves` reach; files stay out where the server can leave them out.
  nonisolated(nonsending) func fetch(_ wants: [ObjectID], haves: [ObjectID]) async throws(GitError) -> PackStream {
    if let server, let answer = try await fetch(wants, haves, server) { return answer }
    try await discover()
    guard let server, let answer = try await fetch(wants, haves, server) else { throw cutShort }
    return answer
  }

  private nonisolated(nonsending) func fetch(
    _ wants: [ObjectID], _ haves: [ObjectID], _ server: SmartServer
  ) async throws(GitError) -> PackStream? {
    let body = server.isVersion2 ? version2(wants, haves, server) : version0(wants, haves, server)
    var request = try post(.upload, server.base, body, isVersion2: server.isVersion2)
    request.isRepeatable = true
    request.limits.body = .max
    request.timing.attempt = nil
    request.timing.slowness = .seconds(60)
    request.acceptsCompression = false
    let stream = try await stream(request)
    if isStale(stream.head) { return nil }
    if stream.head.status != 200 || stream.head.headers["content-type"]?.hasPrefix("text/") == true {
      let words: [UInt8]?
      do throws(HTTPError) { words = try await stream.next() } catch { throw failure(error) }
      try check(stream.head, words ?? [])
    }
    let pack = PackStream(self, stream, isVersion2: server.isVersion2, isPartial: server.isPartial)
    return try await pack.begins() ? pack : nil
  }

  private func version2(_ wants: [ObjectID], _ haves: [ObjectID], _ server: SmartServer) -> [UInt8] {
    var body = server.command("fetch")
    body.line("no-progress")
    body.line("ofs-delta")
    if !haves.isEmpty { body.line("thin-pack") }
    if server.isPartial { body.line("filter blob:none") }
    for want in wants { body.line("want \(want)") }
    for have in haves { body.line("have \(have)") }
    body.line("done")
    body.flush()
    return body.bytes
  }

  private func version0(_ wants: [ObjectID], _ haves: [ObjectID], _ server: SmartServer) -> [UInt8] {
    var body = PacketWriter()
    let filter = server.isPartial ? " filter" : ""
    for (place, want) in wants.enumerated() {
      body.line("want \(want)" + (place == 0 ? " side-band-64k ofs-delta thin-pack no-progress\(filter) agent=sluice" : ""))
    }
    if server.isPartial { body.line("filter blob:none") }
    body.flush()
    for have in haves { body.line("have \(have)") }
    body.line("done")
    return body.bytes
  }
}
