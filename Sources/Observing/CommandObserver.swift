import Host
import Promotion

/// Asks a command of the operator's what a cluster runs: the policy's `connect: run:`.
package struct CommandObserver: Sendable {
  private let arguments: [String]
  private let folder: String?
  private let environment: [String: String]
  private let timeout: Duration

  /// - Parameters:
  ///   - arguments: with `{cluster}` and the names of captures and values in them.
  ///   - folder: where it runs; a command that is a relative path is looked for there.
  ///   - environment: this process's own; `secrets` are the variables in it that the policy names as secrets.
  package init(
    arguments: [String], folder: String?, environment: [String: String], secrets: Set<String>, timeout: Duration
  ) {
    self.arguments = arguments
    self.folder = folder
    self.environment = environment.filter { !secrets.contains($0.key) }
    self.timeout = timeout
  }

  /// Looks at one cluster. Whatever goes wrong is an unknown observation with the reason, never an error.
  package func observe(_ target: ObservationTarget) async -> Observation {
    var values = target.values
    values["cluster"] = target.cluster
    var texts: [String] = []
    for argument in arguments {
      switch Placeholders.replaced(in: argument, with: values) {
      case .text(let text): texts.append(text)
      case .unknown(let name): return .unknown("the observer's argument \(argument) needs {\(name)}, which has no value here")
      }
    }
    var environment = environment
    environment["SLUICE_CLUSTER"] = target.cluster
    let child = ChildProcess(
      texts, environment: environment, folder: folder, outputLimit: ObserverAnswer.limit, timeout: timeout)
    do throws(HostError) {
      return observation(try await child.run())
    } catch {
      return .unknown("the observer: \(error)")
    }
  }

  private func observation(_ outcome: ChildProcess.Outcome) -> Observation {
    switch outcome.end {
    case .timedOut: return .unknown("the observer gave no answer within \(timeout.words)")
    case .signalled(let signal): return .unknown("the observer was ended by signal \(signal)\(lastWords(outcome.errors))")
    case .exited(let status) where status != 0:
      return .unknown("the observer exited with status \(status)\(lastWords(outcome.errors))")
    case .exited:
      return outcome.outputTruncated
        ? .unknown("the observer's answer has more than 1 MiB") : ObserverAnswer.observation(outcome.output)
    }
  }

  /// The last line of its errors that says something: mostly the one that says why.
  private func lastWords(_ errors: [UInt8]) -> String {
    let lines = String(decoding: errors.suffix(4096), as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let line = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return "" }
    return ": " + OneLine.text(String(line), limit: 200)
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

extension Duration {
  /// As the policy writes it: `20s`, `1500ms`.
  fileprivate var words: String {
    let (seconds, attoseconds) = components
    guard attoseconds == 0 else { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
    for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60)] as [(String, Int64)]
    where seconds > 0 && seconds % length == 0 { return "\(seconds / length)\(unit)" }
    return "\(seconds)s"
  }
}
