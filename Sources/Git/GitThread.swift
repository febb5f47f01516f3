import CGit  // libgit2's header brings the system's thread types with it
import Dispatch
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A thread that runs the jobs of one actor, and nothing else.
///
/// libgit2 blocks, keeps its last error in the thread and wants a deep stack: no thread of Swift's pool will do.
final class GitThread: SerialExecutor, @unchecked Sendable {  // the mutex guards the jobs, the semaphore counts them
  private struct State {
    var jobs: [UnownedJob] = []
    var closed = false
  }

  private let state = Mutex(State())
  private let ready = DispatchSemaphore(value: 0)

  init() {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 8 << 20)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let code = pthread_create(&thread, &attributes, gitThreadMain, Unmanaged.passRetained(self).toOpaque())
    pthread_attr_destroy(&attributes)
    // As when Swift's own pool cannot get a thread: nothing can go on without it.
    precondition(code == 0, "the system gives no thread (error \(code))")
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    ready.signal()
  }

  /// Lets the thread end when it has done what waits.
  func close() {
    state.withLock { $0.closed = true }
    ready.signal()
  }

  fileprivate func work() {
    while true {
      ready.wait()
      let (jobs, closed) = state.withLock { state in
        defer { state.jobs = [] }
        return (state.jobs, state.closed)
      }
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      if closed && jobs.isEmpty { return }
    }
  }
}

#if canImport(Darwin)
  private func gitThreadMain(_ thread: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<GitThread>.fromOpaque(thread).takeRetainedValue().work()
    return nil
  }
#else
  private func gitThreadMain(_ thread: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let thread { Unmanaged<GitThread>.fromOpaque(thread).takeRetainedValue().work() }
    return nil
  }
#endif
