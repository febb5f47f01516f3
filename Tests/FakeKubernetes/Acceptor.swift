import COpenSSL
import Dispatch
import Glibc
import Synchronization

/// The thread that waits at all the ports, and those that serve connections.
final class Acceptor: Sendable {
  let clock: @Sendable () -> Int
  private let poll: Int32
  /// Readable when it is to stop.
  private let bell: Int32
  private let threads = DispatchGroup()
  private let listening = Mutex<[Int32: HostedCluster]>([:])
  private let stopped = Atomic<Bool>(false)

  init(clock: @escaping @Sendable () -> Int) throws {
    self.clock = clock
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    bell = eventfd(0, Int32(EFD_CLOEXEC))
    guard poll >= 0, bell >= 0 else { throw FakeServer.Failure(description: "cannot wait for connections: errno \(errno)") }
    watch(bell)
    start { [self] in run() }
  }

  deinit {
    close(poll)
    close(bell)
  }

  var isStopped: Bool { stopped.load(ordering: .relaxed) }

  private func watch(_ file: Int32) {
    var event = epoll_event()
    event.events = EPOLLIN.rawValue
    event.data.fd = file
    epoll_ctl(poll, EPOLL_CTL_ADD, file, &event)
  }

  func add(_ hosted: HostedCluster) throws {
    listening.withLock { $0[hosted.listener] = hosted }
    watch(hosted.listener)
  }

  /// The descriptor stays until the end, so that no other takes its number.
  func remove(_ hosted: HostedCluster) {
    epoll_ctl(poll, EPOLL_CTL_DEL, hosted.listener, nil)
    shutdown(hosted.listener, Int32(SHUT_RDWR))
    hosted.closeConnections(andRefuse: true)
  }

  func stop() {
    guard !stopped.exchange(true, ordering: .relaxed) else { return }
    var one: UInt64 = 1
    write(bell, &one, 8)
    for hosted in listening.withLock({ Array($0.values) }) { hosted.closeConnections(andRefuse: true) }
    threads.wait()
  }

  private func run() {
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    while !isStopped {
      let count = epoll_wait(poll, &events, Int32(events.count), -1)
      for event in events.prefix(Int(max(0, count))) where event.data.fd != bell {
        if let hosted = listening.withLock({ $0[event.data.fd] }) { accept(hosted) }
      }
    }
    for listener in listening.withLock({ $0.keys.sorted() }) { close(listener) }
  }

  private func accept(_ hosted: HostedCluster) {
    while true {
      let file = fake_accept(hosted.listener)
      guard file >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        return
      }
      guard let accepted = hosted.accept(file) else {
        close(file)
        continue
      }
      start { [self] in
        Connection(file, hosted, accepted.number, self).serve(accepted.context)
        hosted.close(file)
      }
    }
  }

  // MARK: Threads

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Runs the body on a thread with a small stack, on which writing to who has gone is an error and no signal.
  private func start(_ body: @escaping @Sendable () -> Void) {
    threads.enter()
    let threads = threads
    let work = Work {
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      body()
    }
    let whole = Work {
      work.body()
      threads.leave()
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 512 * 1024)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
      { argument in
        Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()  // what was passed below
        return nil
      }, Unmanaged.passRetained(whole).toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(code == 0, "no thread: \(code)")
  }
}
