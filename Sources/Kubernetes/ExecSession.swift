import Host
import Synchronization

/// The plugins of one kubeconfig, each run once for all clusters that share it.
final class ExecSessions: Sendable {
  private let sessions = Mutex<[[UInt8]: ExecSession]>([:])

  func session(_ plugin: ExecPlugin) -> ExecSession {
    let identity = plugin.identity
    return sessions.withLock { sessions in
      if let session = sessions[identity] { return session }
      let session = ExecSession(plugin)
      sessions[identity] = session
      return session
    }
  }
}

/// A plugin and the credentials that it gave last, which hold until their expiry or until a cluster refuses them.
///
/// However many ask, it runs once.
actor ExecSession {
  struct Current: Sendable {
    let credential: ExecCredential
    /// Counts the runs, so that a refusal of older credentials does not run it again.
    let run: Int
  }

  private let plugin: ExecPlugin
  private var current: Current?
  private var isRefused = false
  private var runs = 0
  private var running: (number: Int, task: Task<Result<Current, KubernetesError>, Never>)?
  /// Who waits for the run under way.
  private var waiters: Set<Int> = []
  private var arrivals = 0

  init(_ plugin: ExecPlugin) { self.plugin = plugin }

  /// - Parameters:
  ///   - environment: what the plugin inherits.
  ///   - timeout: of one run; then its whole process group is killed.
  ///   - now: seconds since 1970.
  func credential(
    _ environment: [String: String], timeout: Duration, now: Int
  ) async throws(KubernetesError) -> Current {
    if let current, !isRefused, current.credential.expiry.map({ now < $0 }) ?? true { return current }
    let task = running?.task ?? start(environment, timeout)
    arrivals += 1
    let waiter = arrivals
    waiters.insert(waiter)
    let result = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      Task { await self.leave(waiter) }
    }
    waiters.remove(waiter)
    return try result.get()
  }

  /// The credentials of this run were refused: the next use runs the plugin again.
  func refuse(run: Int) {
    if current?.run == run { isRefused = true }
  }

  /// One who waited was cancelled. When nobody waits any more, the plugin is not needed.
  private func leave(_ waiter: Int) {
    guard waiters.remove(waiter) != nil, waiters.isEmpty else { return }
    running?.task.cancel()
    running = nil
  }

  private func start(
    _ environment: [String: String], _ timeout: Duration
  ) -> Task<Result<Current, KubernetesError>, Never> {
    runs += 1
    let number = runs
    let task = Task { await self.finish(number, environment, timeout) }
    running = (number, task)
    return task
  }

  private func finish(
    _ number: Int, _ environment: [String: String], _ timeout: Duration
  ) async -> Result<Current, KubernetesError> {
    let earlier = current?.credential.secrets ?? []
    let result: Result<Current, KubernetesError>
    do throws(KubernetesError) {
      let credential = try await ExecRun(plugin: plugin, earlier: earlier).credential(environment, timeout)
      result = .success(Current(credential: credential, run: number))
    } catch {
      result = .failure(error)
    }
    if running?.number == number { running = nil }
    if case .success(let new) = result, number > current?.run ?? 0 {
      current = new
      isRefused = false
    }
    return result
  }
}
