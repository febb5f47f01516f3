import CCurl
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

// What libcurl calls, all on the loop's thread.

extension Transfer {
  fileprivate static func of(_ data: UnsafeMutableRawPointer?) -> Transfer? {
    data.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  /// - Returns: the number of bytes taken; another number ends the transfer.
  fileprivate func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    let isWhole = receiving.line(bytes, request)
    guard receiving.failure == nil else { return -1 }
    guard isWhole, let head = receiving.head else { return bytes.count }
    let announced = request.method == .head ? nil : receiving.announcedBody
    if let announced, announced > request.limits.body {
      receiving.failure = tooLarge
      return -1
    }
    let waiting = shared.withLock { state in
      state.head = head
      if mode == .whole, let announced { state.body.reserveCapacity(min(announced, 1 << 20)) }
      return mode == .stream ? state.ring(.reader) : nil
    }
    waiting?.resume()
    return bytes.count
  }

  fileprivate func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard receiving.bodyBytes + bytes.count <= request.limits.body else {
      receiving.failure = tooLarge
      return -1
    }
    let (isTaken, waiting) = shared.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
      if mode == .stream && state.body.count >= Self.highWater {
        state.isReceivingPaused = true
        return (false, nil)
      }
      state.body.append(contentsOf: bytes)
      return (true, mode == .stream ? state.ring(.reader) : nil)
    }
    waiting?.resume()
    guard isTaken else {
      isReceivePaused = true
      return Int(CURL_WRITEFUNC_PAUSE)
    }
    receiving.bodyBytes += bytes.count
    return bytes.count
  }

  private var tooLarge: Failure {
    Failure(.tooLarge, "its body is larger than \(request.limits.body) bytes")
  }

  fileprivate func sendBody(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let (count, waiting) = shared.withLock { state -> (Int?, CheckedContinuation<Void, Never>?) in
      let waits = state.outgoing.count - state.outgoingStart
      guard waits > 0 else {
        if state.isOutgoingComplete { return (0, nil) }
        state.isSendingPaused = true
        return (nil, nil)
      }
      let count = min(waits, room.count)
      let start = state.outgoingStart
      state.outgoing.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count])) }
      state.outgoingStart += count
      // The bytes of a body that can be sent again stay.
      guard !state.isOutgoingComplete else { return (count, nil) }
      if state.outgoingStart == state.outgoing.count {
        state.outgoing.removeAll(keepingCapacity: true)
        state.outgoingStart = 0
      }
      return (count, state.ring(.feeder))
    }
    waiting?.resume()
    guard let count else {
      isSendPaused = true
      return Int(CURL_READFUNC_PAUSE)
    }
    sent += count
    if let length = bodyLength, sent > length || (count == 0 && sent < length) {
      receiving.failure = Failure(.body, "the request's body is not the \(length) bytes that it was said to be")
      return Int(CURL_READFUNC_ABORT)
    }
    return count
  }

  fileprivate func rewindBody(to offset: Int) -> Bool {
    sent = offset
    return shared.withLock { state in
      guard state.isOutgoingComplete, offset <= state.outgoing.count else { return false }
      state.outgoingStart = offset
      return true
    }
  }
}

func receiveHeader(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ data: UnsafeMutableRawPointer?) -> Int {
  Transfer.of(data)?.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? -1
}

func receiveBody(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ data: UnsafeMutableRawPointer?) -> Int {
  Transfer.of(data)?.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? -1
}

func sendBody(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ data: UnsafeMutableRawPointer?) -> Int {
  Transfer.of(data)?.sendBody(UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) ?? Int(CURL_READFUNC_ABORT)
}

func rewindBody(_ data: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
  guard origin == SEEK_SET, let transfer = Transfer.of(data) else { return CURL_SEEKFUNC_CANTSEEK }
  return transfer.rewindBody(to: Int(offset)) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
}

/// Commands that are started meanwhile inherit no connection.
func keepFromChildren(_ data: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ purpose: curlsocktype) -> Int32 {
  _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
  return CURL_SOCKOPT_OK
}
