import HTTP

/// What a server says that it did with a push.
struct PushReport {
  /// Of each reference why it was not moved; nil: it was.
  var results: [String: String?] = [:]
  /// Why nothing was taken at all.
  var unpackFailure: String?
  /// What hooks and git itself said beside it.
  var words = ""
}

enum PushAnswer {
  case report(PushReport)
  /// Nobody knows what the server did; what speaks against it.
  case silence(GitError)
}

extension SmartHTTP {
  /// What is asked for in a push, where the server does not say that it lacks some of it.
  static let pushCapabilities = ["report-status", "side-band-64k", "atomic", "object-format=sha1", "agent=sluice"]

  /// Those of our wishes that the server announces.
  nonisolated(nonsending) func announcedPushCapabilities() async throws(GitError) -> [String] {
    let announced = Set(try await discover(.receive).capabilities.map { $0.prefix { $0 != "=" } })
    return Self.pushCapabilities.filter { announced.contains($0.prefix { $0 != "=" }) }
  }

  /// Names what each reference is and what it shall be, and sends the objects for it.
  nonisolated(nonsending) func push(
    _ updates: [RefUpdate], _ pack: [UInt8], _ capabilities: [String]
  ) async throws(GitError) -> PushAnswer {
    var body = PacketWriter()
    for (place, update) in updates.enumerated() {
      let line = "\(update.old ?? .zero) \(update.new ?? .zero) \(update.name)"
      body.line(place == 0 ? "\(line)\0 \(capabilities.joined(separator: " "))" : line)
    }
    body.flush()
    // Of one that only deletes, the server expects no pack, not even an empty one.
    let bytes = updates.contains { $0.new != nil } ? body.bytes + pack : body.bytes
    if bytes.count > 8 << 20 { access.progress?("sending \(bytes.count >> 20) MiB") }
    var answer = try await push(bytes)
    if isStale(answer.head) {
      try await discover()
      answer = try await push(bytes)
    }
    do throws(GitError) { try check(answer.head, answer.body) } catch {
      if error.kind == .refused || [404, 410].contains(answer.status) { throw error }
      return .silence(error)
    }
    let report = try report(answer.body, hasSideband: capabilities.contains("side-band-64k"))
    return report.map { .report($0) } ?? .silence(cutShort)
  }

  private nonisolated(nonsending) func push(_ bytes: [UInt8]) async throws(GitError) -> HTTPResponse {
    if server == nil { try await discover() }
    var request = try post(.receive, server?.base ?? url.trimmed, bytes)
    request.isRepeatable = false
    request.timing.attempt = nil
    // Nothing is heard while hooks run, if the server does not say that it lives.
    request.timing.slowness = .seconds(300)
    return try await send(request)
  }

  private func report(_ body: [UInt8], hasSideband: Bool) throws(GitError) -> PushReport? {
    guard hasSideband else { return report(body, words: "") }
    var (status, words): ([UInt8], [UInt8]) = ([], [])
    var reader = PacketReader(body)
    // A cut answer has no report at its end; what the hooks said before is lost with it.
    while let packet = try? reader.next(), case .data(let bytes) = packet {
      if let words = packet.refusal { throw refused(words) }
      switch bytes.first {
      case 1: status += bytes.dropFirst()
      case 2, 3: words += bytes.dropFirst().prefix(max(0, 64 << 10 - words.count))
      default: break
      }
    }
    return report(status, words: redact(ServerWords.text(String(decoding: words, as: UTF8.self))))
  }

  private func report(_ status: [UInt8], words: String) -> PushReport? {
    var report = PushReport(words: words)
    var reader = PacketReader(status)
    var isEnded = false
    while let packet = try? reader.next() {
      guard let line = packet.line else {
        isEnded = packet == .flush
        break
      }
      let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
      switch parts.first {
      case "unpack" where line != "unpack ok": report.unpackFailure = ServerWords.text(line.dropFirst("unpack ".count))
      case "ok" where parts.count > 1: report.results[parts[1]] = .some(nil)
      case "ng" where parts.count > 1: report.results[parts[1]] = ServerWords.text(parts.count > 2 ? parts[2] : "refused")
      default: break
      }
    }
    return isEnded ? report : nil
  }
}
