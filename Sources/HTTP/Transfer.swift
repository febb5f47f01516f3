import CCurl
import Synchronization

/// One attempt: what the loop's thread and the task that asked share, and what only the loop's thread touches.
///
/// The task never waits for a lock that is held while something happens: all waiting is by `Bell`.
final class Transfer: @unchecked Sendable {  // `shared` is guarded by its mutex; the rest is constant, or the loop's alone
  enum Mode: Sendable {
    /// The body is collected, and the task woken once.
    case whole
    /// The body is handed over as it comes, and the server held back while the reader is behind.
    case stream
  }

  struct Facts: Sendable {
    var bytes = 0
    var duration = Duration.zero
    var isReused = false
  }

  enum Side { case reader, feeder }

  struct Shared: Sendable {
    var head: HTTPHead?
    var body: [UInt8] = []
    /// libcurl was told to wait with more.
    var isReceivingPaused = false
    var outcome: Result<Facts, Failure>?

    var outgoing: [UInt8] = []
    var outgoingStart = 0
    var isOutgoingComplete = true
    /// libcurl waits for more to send.
    var isSendingPaused = false
    var feeder: Task<Void, Never>?

    fileprivate var reader = Bell()
    fileprivate var feederBell = Bell()

    mutating func ring(_ side: Side) -> CheckedContinuation<Void, Never>? {
      side == .reader ? reader.ring() : feederBell.ring()
    }
  }

  /// As much waits between the loop and a task in either direction, and libcurl's own buffer.
  static let highWater = 256 << 10

  let request: HTTPRequest
  let proxy: ProxyAddress?
  let mode: Mode
  /// Of this attempt once it has a place.
  let attemptLimit: Duration?
  /// What is left of the whole exchange, the waiting for a place included.
  let remaining: Duration?
  let created = ContinuousClock.now
  let shared: Mutex<Shared>

  // The loop's thread alone:
  var handle: CurlHandle?
  var receiving = Receiving()
  var sent = 0
  var isReceivePaused = false
  var isSendPaused = false
  /// The limit that libcurl was given.
  var timeLimit: Duration?
  var endsWithDeadline = false

  init(_ request: HTTPRequest, proxy: ProxyAddress?, mode: Mode, remaining: Duration?) {
    self.request = request
    self.proxy = proxy
    self.mode = mode
    self.remaining = remaining
    attemptLimit = request.timing.attempt
    var state = Shared()
    switch request.body {
    case .none: break
    case .bytes(let bytes): state.outgoing = bytes
    case .stream: state.isOutgoingComplete = false
    }
    shared = Mutex(state)
  }

  /// Waits until `ready` gives a value. One task at a time on each side.
  func wait<Value: Sendable>(_ side: Side, for ready: @Sendable (inout Shared) -> Value?) async -> Value {
    while true {
      if let value = shared.withLock({ ready(&$0) }) { return value }
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let isRung = shared.withLock { state in
          side == .reader ? state.reader.wait(continuation) : state.feederBell.wait(continuation)
        }
        if isRung { continuation.resume() }
      }
    }
  }

  func waitForEnd() async -> Result<(HTTPHead, [UInt8], Facts), Failure> {
    await wait(.reader) { state in
      guard let outcome = state.outcome else { return nil }
      return outcome.flatMap { facts in
        guard let head = state.head else { return .failure(Failure(.interrupted, "there is no answer")) }
        return .success((head, state.body, facts))
      }
    }
  }

  func waitForHead() async -> Result<HTTPHead, Failure> {
    await wait(.reader) { state in
      if let head = state.head { return .success(head) }
      guard case .failure(let failure) = state.outcome else { return nil }
      return .failure(failure)
    }
  }

  /// What has come, or nil at the end of the body.
  /// - Parameter resume: called when libcurl must be told to go on.
  func waitForBytes(resume: () -> Void) async -> Result<[UInt8]?, Failure> {
    let (result, isResumed) = await wait(.reader) { state -> (Result<[UInt8]?, Failure>, Bool)? in
      if !state.body.isEmpty {
        let bytes = state.body
        state.body = []
        let isPaused = state.isReceivingPaused
        state.isReceivingPaused = false
        return (.success(bytes), isPaused)
      }
      switch state.outcome {
      case nil: return nil
      case .success: return (.success(nil), false)
      case .failure(let failure): return (.failure(failure), false)
      }
    }
    if isResumed { resume() }
    return result
  }

  /// Hands over a part of the request's body once there is room; false when nobody wants more.
  func feed(_ bytes: [UInt8], resume: () -> Void) async -> Bool {
    let (isWanted, isResumed) = await wait(.feeder) { state -> (Bool, Bool)? in
      guard state.outcome == nil else { return (false, false) }
      guard state.outgoing.count - state.outgoingStart < Self.highWater else { return nil }
      state.outgoing.append(contentsOf: bytes)
      let isPaused = state.isSendingPaused
      state.isSendingPaused = false
      return (true, isPaused)
    }
    if isResumed { resume() }
    return isWanted
  }

  func endFeeding(resume: () -> Void) {
    let isPaused = shared.withLock { state in
      state.isOutgoingComplete = true
      defer { state.isSendingPaused = false }
      return state.isSendingPaused
    }
    if isPaused { resume() }
  }

  /// The loop's last word on it.
  func finish(_ outcome: Result<Facts, Failure>) {
    let (waiting, feeder) = shared.withLock { state in
      state.outcome = state.outcome ?? outcome
      defer { state.feeder = nil }
      return ([state.ring(.reader), state.ring(.feeder)], state.feeder)
    }
    feeder?.cancel()
    for continuation in waiting { continuation?.resume() }
  }
}

/// Wakes one waiting task; remembers a ring that came before the wait.
private struct Bell: Sendable {
  private var isRung = false
  private var waiter: CheckedContinuation<Void, Never>?

  mutating func ring() -> CheckedContinuation<Void, Never>? {
    defer { waiter = nil }
    if waiter == nil { isRung = true }
    return waiter
  }

  /// True when it has rung already, and the caller goes on.
  mutating func wait(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
    if isRung {
      isRung = false
      return true
    }
    waiter = continuation
    return false
  }
}
