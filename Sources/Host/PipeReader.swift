import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The first bytes of a stream.
struct BoundedBytes: Sendable {
  let limit: Int
  var bytes: [UInt8] = []
  var isTruncated = false

  init(limit: Int) { self.limit = limit }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    let room = max(0, limit - bytes.count)
    bytes.append(contentsOf: more.prefix(room))
    if more.count > room { isTruncated = true }
  }
}

/// Reads the pipes of all children on one thread of its own, from before a child starts until it is told to stop.
///
/// swift-subprocess stops reading when the child ends or its task is cancelled. A command that tidies up after SIGTERM
/// would then die of SIGPIPE at the first line that it prints about it.
final class PipeReader: Sendable {
  static let shared = PipeReader()

  private enum Order {
    case read(Int32, BoundedBytes)
    case stop(Int32, CheckedContinuation<BoundedBytes, Never>)
  }

  private let orders = Mutex<[Order]>([])
  private let wake: Pipe?

  private init() {
    wake = Pipe()
    guard let wake else { return }
    detachThread { self.loop(wake) }
  }

  /// Begins to read; the descriptor is the reader's from now on.
  func read(_ file: Int32, limit: Int) { give(.read(file, BoundedBytes(limit: limit))) }

  /// Reads what is there at this moment, closes, and gives all that was kept.
  func stop(_ file: Int32) async -> BoundedBytes {
    await withCheckedContinuation { give(.stop(file, $0)) }
  }

  private func give(_ order: Order) {
    orders.withLock { $0.append(order) }
    if let wake { _ = write(wake.writing, [1], 1) }  // a full pipe wakes as well
  }

  // MARK: On the thread

  private func loop(_ wake: Pipe) {
    var kept: [Int32: BoundedBytes] = [:]
    var open: Set<Int32> = []  // without those that have ended, which poll would report for ever
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var polled = ([wake.reading] + open).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&polled, nfds_t(polled.count), -1) > 0 else { continue }  // EINTR
      for each in polled.dropFirst() where each.revents != 0 {
        if !take(each.fd, &kept, &buffer) { open.remove(each.fd) }
      }
      guard polled[0].revents != 0 else { continue }
      _ = systemRead(wake.reading, &buffer, buffer.count)
      let given = orders.withLock { orders in
        defer { orders = [] }
        return orders
      }
      for order in given {
        switch order {
        case .read(let file, let bytes):
          kept[file] = bytes
          open.insert(file)
        case .stop(let file, let continuation):
          // A pipe holds 1 MiB at most; a descendant that goes on printing must not keep us.
          for _ in 0..<16 where open.contains(file) { if !take(file, &kept, &buffer) { break } }
          open.remove(file)
          close(file)
          continuation.resume(returning: kept.removeValue(forKey: file) ?? BoundedBytes(limit: 0))
        }
      }
    }
  }

  /// Reads once; false when there is no more for now, or ever.
  private func take(_ file: Int32, _ kept: inout [Int32: BoundedBytes], _ buffer: inout [UInt8]) -> Bool {
    let count = systemRead(file, &buffer, buffer.count)
    if count > 0 { buffer.withUnsafeBytes { kept[file]?.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) } }
    return count > 0 || (count < 0 && errno == EINTR)
  }
}

/// Two ends of a pipe, closed in children; reading never waits.
struct Pipe: Sendable {
  let reading: Int32
  let writing: Int32

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
    _ = fcntl(reading, F_SETFL, fcntl(reading, F_GETFL) | O_NONBLOCK)
  }
}

/// Starts a thread that nobody waits for.
private func detachThread(_ body: @escaping @Sendable () -> Void) {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let box = Unmanaged.passRetained(Box(body))
  #if canImport(Darwin)
    var thread: pthread_t?
  #else
    var thread = pthread_t()
  #endif
  let code = pthread_create(
    &thread, nil,
    { argument in
      let raw: UnsafeMutableRawPointer? = argument
      if let raw { Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().body() }
      return nil
    }, box.toOpaque())
  precondition(code == 0, "cannot start the thread that reads from children: \(systemMessage(code))")
  #if canImport(Darwin)
    if let thread { pthread_detach(thread) }
  #else
    pthread_detach(thread)
  #endif
}
