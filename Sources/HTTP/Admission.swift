/// Who may go next, where only so many go at once: in all, and to each host.
///
/// Hosts take turns, and requests to one host go in their order, so a host with many waiting delays no other.
struct Admission<ID: Hashable> {
  private struct Line {
    var running = 0
    var waiting: [ID] = []
    var isInTurn = false
  }

  let total: Int
  let perHost: Int
  private(set) var running = 0
  private var lines: [HTTPURL.Origin: Line] = [:]
  /// Hosts with somebody waiting and a free place, in the order of their turns.
  private var turns: [HTTPURL.Origin] = []
  private var firstTurn = 0

  init(total: Int, perHost: Int) {
    self.total = max(1, total)
    self.perHost = max(1, perHost)
  }

  var isAnyoneWaiting: Bool { lines.values.contains { !$0.waiting.isEmpty } }

  mutating func add(_ id: ID, to host: HTTPURL.Origin) {
    lines[host, default: Line()].waiting.append(id)
    giveTurn(host)
  }

  /// The next that may go, and that from now on counts as running.
  mutating func next() -> ID? {
    guard running < total, firstTurn < turns.count else { return nil }
    let host = turns[firstTurn]
    firstTurn += 1
    if firstTurn > 64 && firstTurn * 2 > turns.count {
      turns.removeFirst(firstTurn)
      firstTurn = 0
    }
    lines[host]?.isInTurn = false
    guard var line = lines[host], !line.waiting.isEmpty, line.running < perHost else {
      forget(host)
      return next()
    }
    let id = line.waiting.removeFirst()
    line.running += 1
    lines[host] = line
    running += 1
    giveTurn(host)
    return id
  }

  /// One that ran has ended.
  mutating func release(_ host: HTTPURL.Origin) {
    running -= 1
    lines[host]?.running -= 1
    giveTurn(host)
    forget(host)
  }

  /// One that waits goes away; false if it does not wait.
  mutating func remove(_ id: ID, from host: HTTPURL.Origin) -> Bool {
    guard let place = lines[host]?.waiting.firstIndex(of: id) else { return false }
    lines[host]?.waiting.remove(at: place)
    forget(host)
    return true
  }

  /// Thousands of hosts come and go.
  private mutating func forget(_ host: HTTPURL.Origin) {
    if let line = lines[host], line.running == 0, line.waiting.isEmpty { lines[host] = nil }
  }

  private mutating func giveTurn(_ host: HTTPURL.Origin) {
    guard var line = lines[host], !line.isInTurn, !line.waiting.isEmpty, line.running < perHost else { return }
    line.isInTurn = true
    lines[host] = line
    turns.append(host)
  }
}
