#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The places where a process may die, one on each side of every effect. Debug builds can be made to die there.
///
/// `SLUICE_FAULT=name` kills the process (SIGKILL) when it reaches that point, `name:3` when it does so the third time.
/// `SLUICE_FAULT_TRACE=FILE` appends the name of each point reached, one a line. Release builds know neither.
package enum Fault {
  package enum Point: String, CaseIterable, Sendable {
    case cacheCreate
    case cacheRename
    case objectsWriteBefore = "objectsWrite.before"
    case objectsWriteAfter = "objectsWrite.after"
    case refsUpdateBefore = "refsUpdate.before"
    case refsUpdateAfter = "refsUpdate.after"
    case pushBefore = "push.before"
    case pushAfter = "push.after"
    case ledgerWriteBefore = "ledgerWrite.before"
    case ledgerWriteAfter = "ledgerWrite.after"
    case forgeWriteBefore = "forgeWrite.before"
    case forgeWriteAfter = "forgeWrite.after"
    case branchPushBefore = "branchPush.before"
    case branchPushAfter = "branchPush.after"
    case mergeBefore = "merge.before"
    case mergeAfter = "merge.after"
    case applyClaimBefore = "applyClaim.before"
    case applyClaimAfter = "applyClaim.after"
    case applyStartBefore = "applyStart.before"
    case applyStartAfter = "applyStart.after"
    case applyEndBefore = "applyEnd.before"
    case applyEndAfter = "applyEnd.after"
    case fileWriteBefore = "fileWrite.before"
    case fileWriteRename = "fileWrite.rename"
    case fileWriteAfter = "fileWrite.after"
    case memoWriteBefore = "memoWrite.before"
    case memoWriteAfter = "memoWrite.after"
  }

  #if DEBUG
    package static func point(_ point: Point) { FaultPlan.shared.reach(point) }
  #else
    @inlinable package static func point(_ point: Point) {}
  #endif
}

#if DEBUG
  import Synchronization

  final class FaultPlan: Sendable {
    static let shared = FaultPlan(
      fault: Environment.value("SLUICE_FAULT"), trace: Environment.value("SLUICE_FAULT_TRACE")
    ) { kill(getpid(), SIGKILL) }

    private let fatal: (name: String, time: Int)?
    private let trace: Int32?
    private let die: @Sendable () -> Void
    private let reached = Mutex(0)

    init(fault: String?, trace: String?, die: @escaping @Sendable () -> Void) {
      fatal = fault.map { text in
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let time = parts.count == 2 ? Int(parts[1]) : 1
        guard let name = parts.first, Fault.Point(rawValue: name) != nil, let time, time > 0 else {
          preconditionFailure("SLUICE_FAULT is \(text), which names no fault point")
        }
        return (name, time)
      }
      self.trace = trace.map { path in
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        precondition(file >= 0, "SLUICE_FAULT_TRACE names \(path), which cannot be written")
        return file
      }
      self.die = die
    }

    deinit {
      if let trace { close(trace) }
    }

    func reach(_ point: Fault.Point) {
      if let trace {
        // One write: what several threads, or processes, reach at the same time does not mix.
        let line = Array((point.rawValue + "\n").utf8)
        _ = write(trace, line, line.count)
      }
      guard let fatal, fatal.name == point.rawValue else { return }
      let time = reached.withLock { count in
        count += 1
        return count
      }
      if time == fatal.time { die() }
    }
  }
#endif
