import Promotion

/// Asks a command of the operator's what a cluster runs: the policy's `connect: run:`.
package struct CommandObserver: Sendable {
  private let run: CommandRun

  /// - Parameters:
  ///   - arguments: with `{cluster}` and the names of captures and values in them.
  ///   - folder: where it runs; a command that is a relative path is looked for there.
  ///   - environment: this process's own; `secrets` are the variables in it that the policy names as secrets.
  package init(
    arguments: [String], folder: String?, environment: [String: String], secrets: Set<String>, timeout: Duration
  ) {
    run = CommandRun(
      subject: "the observer", arguments: arguments, folder: folder,
      environment: environment.filter { !secrets.contains($0.key) }, timeout: timeout)
  }

  /// Looks at one cluster. Whatever goes wrong is an unknown observation with the reason, never an error.
  package func observe(_ target: ObservationTarget) async -> Observation {
    do throws(NoAnswer) {
      let end = try await run.end(for: target)
      guard end.status == 0 else { throw run.failure(end) }
      guard !end.isTruncated else { throw run.tooLong }
      return ObserverAnswer.observation(end.output)
    } catch {
      return .unknown(error.text)
    }
  }
}

extension CommandObserver {
  /// Looks at many clusters, `parallel` at a time; a slow one holds up only its own place.
  /// - Parameter progress: called after each one, in the order in which they end.
  /// - Returns: the observations in the order of the targets.
  package func observeAll(
    _ targets: [ObservationTarget], parallel: Int, progress: (@Sendable (ClusterObservation) -> Void)? = nil
  ) async -> [ClusterObservation] {
    var results = [ClusterObservation?](repeating: nil, count: targets.count)
    await withTaskGroup(of: (Int, ClusterObservation).self) { tasks in
      var waiting = targets.enumerated().makeIterator()
      func startNext() {
        guard let (place, target) = waiting.next() else { return }
        tasks.addTask { (place, ClusterObservation(cluster: target.cluster, observation: await self.observe(target))) }
      }
      for _ in 0..<max(1, parallel) { startNext() }
      while let (place, result) = await tasks.next() {
        results[place] = result
        progress?(result)
        startNext()
      }
    }
    return results.compactMap(\.self)
  }
}
