import CCurl
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// libcurl's multi interface on a thread of its own. Others leave a command and ring; nobody waits for a lock held long.
final class CurlLoop: @unchecked Sendable {  // the mutex guards the inbox; all else is the thread's alone
  enum Command: Sendable {
    case start(Transfer)
    case stop(Transfer, Failure)
    case resumeReceiving(Transfer)
    case resumeSending(Transfer)
  }

  private struct Inbox: Sendable {
    var commands: [Command] = []
    var isClosing = false
    var isEnded = false
    var endWaiters: [CheckedContinuation<Void, Never>] = []
  }

  private let inbox = Mutex(Inbox())
  private let multi: UnsafeMutableRawPointer
  private var admission: Admission<ObjectIdentifier>
  private var waiting: [ObjectIdentifier: Transfer] = [:]
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]

  private static let library: CURLcode = sluice_curl_global_init()

  init(total: Int, perHost: Int) {
    let code = Self.library
    // As when Swift's own pool cannot get a thread: nothing can go on without it.
    guard code == CURLE_OK, let multi = curl_multi_init() else { preconditionFailure("libcurl cannot start (\(code.rawValue))") }
    self.multi = multi
    admission = Admission(total: total, perHost: perHost)
    sluice_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    sluice_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, total + 16)
    startThread()
  }

  func start(_ transfer: Transfer) { if !post(.start(transfer)) { transfer.finish(.failure(.closed)) } }
  func stop(_ transfer: Transfer, _ failure: Failure) { _ = post(.stop(transfer, failure)) }
  func resumeReceiving(_ transfer: Transfer) { _ = post(.resumeReceiving(transfer)) }
  func resumeSending(_ transfer: Transfer) { _ = post(.resumeSending(transfer)) }

  /// Ends what runs and lets the thread go.
  func close() {
    inbox.withLock { inbox in
      inbox.isClosing = true
      if !inbox.isEnded { curl_multi_wakeup(multi) }
    }
  }

  func waitForEnd() async {
    await withCheckedContinuation { continuation in
      let isEnded = inbox.withLock { inbox in
        if !inbox.isEnded { inbox.endWaiters.append(continuation) }
        return inbox.isEnded
      }
      if isEnded { continuation.resume() }
    }
  }

  private func post(_ command: Command) -> Bool {
    inbox.withLock { inbox in
      guard !inbox.isClosing else { return false }
      inbox.commands.append(command)
      // One ring is enough for all that the thread finds.
      if inbox.commands.count == 1 { curl_multi_wakeup(multi) }
      return true
    }
  }
}

// MARK: - On the thread

extension CurlLoop {
  fileprivate func work() {
    // OpenSSL writes to sockets whose other end is gone; pending here, the signal reaches nobody.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)

    while true {
      let (commands, isClosing) = inbox.withLock { inbox in
        defer { inbox.commands = [] }
        return (inbox.commands, inbox.isClosing)
      }
      for command in commands { obey(command) }
      if isClosing { break }
      dropOverdue()
      admit()
      var count: Int32 = 0
      curl_multi_perform(multi, &count)
      collect()
      admit()
      curl_multi_poll(multi, nil, 0, waiting.isEmpty ? 60_000 : 50, nil)
    }
    end()
  }

  private func obey(_ command: Command) {
    switch command {
    case .start(let transfer):
      waiting[ObjectIdentifier(transfer)] = transfer
      admission.add(ObjectIdentifier(transfer), to: transfer.request.url.origin)
    case .stop(let transfer, let failure): stopNow(transfer, failure)
    case .resumeReceiving(let transfer):
      transfer.isReceivePaused = false
      pause(transfer)
    case .resumeSending(let transfer):
      transfer.isSendPaused = false
      pause(transfer)
    }
  }

  /// Tells libcurl which directions wait. It may call back at once.
  private func pause(_ transfer: Transfer) {
    guard let easy = transfer.handle?.easy else { return }
    let code = curl_easy_pause(
      easy, (transfer.isReceivePaused ? CURLPAUSE_RECV : 0) | (transfer.isSendPaused ? CURLPAUSE_SEND : 0))
    if code != CURLE_OK { finish(transfer, code) }
  }

  private func stopNow(_ transfer: Transfer, _ failure: Failure) {
    if waiting.removeValue(forKey: ObjectIdentifier(transfer)) != nil {
      _ = admission.remove(ObjectIdentifier(transfer), from: transfer.request.url.origin)
      transfer.finish(.failure(failure))
    } else if transfer.handle != nil {
      transfer.receiving.failure = failure
      finish(transfer, CURLE_ABORTED_BY_CALLBACK)
    }
  }

  /// Those whose time was over before they had a place.
  private func dropOverdue() {
    guard !waiting.isEmpty else { return }
    let now = ContinuousClock.now
    for transfer in waiting.values {
      if let remaining = transfer.remaining, now - transfer.created >= remaining { stopNow(transfer, .deadline) }
    }
  }

  private func admit() {
    while let id = admission.next() {
      guard let transfer = waiting.removeValue(forKey: id) else { continue }
      guard let handle = CurlHandle() else {
        fail(transfer, Failure(.invalid, "libcurl gives no handle: there is no memory"))
        continue
      }
      if let failure = transfer.prepare(handle) {
        fail(transfer, failure)
        continue
      }
      transfer.handle = handle
      running[handle.easy] = transfer
      curl_multi_add_handle(multi, handle.easy)
    }
  }

  private func fail(_ transfer: Transfer, _ failure: Failure) {
    admission.release(transfer.request.url.origin)
    transfer.finish(.failure(failure))
  }

  private func collect() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle, let transfer = running[easy] else {
        continue
      }
      finish(transfer, message.pointee.data.result)
    }
  }

  private func finish(_ transfer: Transfer, _ code: CURLcode) {
    guard let handle = transfer.handle else { return }
    let facts = Transfer.Facts(
      bytes: transfer.receiving.bodyBytes, duration: .microseconds(handle.offset(CURLINFO_TOTAL_TIME_T)),
      isReused: handle.long(CURLINFO_NUM_CONNECTS) == 0)
    let outcome: Result<Transfer.Facts, Failure>
    if let failure = transfer.receiving.failure {
      outcome = .failure(failure)
    } else if code != CURLE_OK {
      let known = CurlFacts(
        code: code, words: handle.words, systemError: handle.long(CURLINFO_OS_ERRNO),
        isConnected: handle.offset(CURLINFO_PRETRANSFER_TIME_T) > 0, verifyResult: handle.long(CURLINFO_SSL_VERIFYRESULT))
      outcome = .failure(Failure(known, transfer))
    } else if !transfer.receiving.isHeadComplete {
      // libcurl calls this a success.
      outcome = .failure(Failure(.interrupted, "the connection ended within the answer's header lines", isPassing: true))
    } else {
      outcome = .success(facts)
    }
    running[handle.easy] = nil
    curl_multi_remove_handle(multi, handle.easy)
    transfer.handle = nil
    admission.release(transfer.request.url.origin)
    transfer.finish(outcome)
  }

  private func end() {
    for transfer in Array(waiting.values) + Array(running.values) { stopNow(transfer, .closed) }
    let waiters = inbox.withLock { inbox in
      inbox.isEnded = true
      curl_multi_cleanup(multi)
      defer { inbox.endWaiters = [] }
      return inbox.endWaiters
    }
    for waiter in waiters { waiter.resume() }
  }

  private func startThread() {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 2 << 20)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let code = pthread_create(&thread, &attributes, curlLoopMain, Unmanaged.passRetained(self).toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(code == 0, "the system gives no thread (error \(code))")
  }
}

#if canImport(Darwin)
  private func curlLoopMain(_ loop: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<CurlLoop>.fromOpaque(loop).takeRetainedValue().work()
    return nil
  }
#else
  private func curlLoopMain(_ loop: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let loop { Unmanaged<CurlLoop>.fromOpaque(loop).takeRetainedValue().work() }
    return nil
  }
#endif
