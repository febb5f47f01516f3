#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A child and its descendants, as far as they have not left for a session of their own.
struct ProcessGroup: Sendable {
  let leader: Int32

  /// Gives what is left of a group that was told to end (SIGTERM) the rest of its grace, then kills it.
  ///
  /// swift-subprocess stops its own teardown when the leader is gone; the command that a shell started may still be
  /// tidying up then, or may not heed SIGTERM at all. The number cannot mean others by now: the kernel does not use it
  /// again while a member of the group lives.
  func endWithin(_ grace: Duration) async {
    // Not the caller's task, which may be cancelled: its sleeps would return at once.
    await Task.detached {
      let clock = ContinuousClock()
      let end = clock.now + grace
      var pause = Duration.milliseconds(1)
      while kill(-leader, 0) == 0 {
        if clock.now >= end {
          kill(-leader, SIGKILL)
          return
        }
        try? await clock.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(50))
      }
    }.value
  }
}
