package import Fleet
import HTTP
import Host
import Kubernetes
import Promotion

/// Looks at clusters as a policy says: asks its command or the clusters' own API, its components where they show their version,
/// and its probes.
package struct ClusterObserver: Sendable {
  private let policy: PolicyFile
  private let means: ObservingMeans
  private let reach: ClusterReach?
  private let command: CommandObserver?

  /// - Parameters:
  ///   - environment: this process's own.
  ///   - log: told of each request, in one line without secrets.
  package init(_ policy: PolicyFile, environment: [String: String], log: (@Sendable (String) -> Void)? = nil) {
    self.policy = policy
    let parallel = policy.parallelChecks
    var settings = HTTPClient.Settings()
    // A cluster is asked a few things at once.
    settings.total = min(max(parallel * 2, 16), 256)
    if let log { settings.log = { log("\($0)") } }
    let http = HTTPClient(settings)
    means = ObservingMeans(http: http, environment: environment, secretVariables: policy.secretVariables, folder: policy.folder)
    switch policy.connect?.way {
    case .command(let arguments)?:
      command = CommandObserver(
        arguments: arguments, folder: policy.folder, environment: environment, secrets: policy.secretVariables,
        timeout: policy.connect?.timeout ?? .seconds(20))
      reach = nil
    case .kubeconfig, .inCluster:
      command = nil
      reach = ClusterReach(policy, means)
    case nil: (command, reach) = (nil, nil)
    }
  }

  /// Closes all connections.
  package func close() async { await means.http.close() }

  /// Looks at many clusters, as many at a time as the policy says; a slow one holds up only its own place.
  /// - Parameter progress: called after each one, in the order in which they end.
  /// - Returns: the observations in the order of the targets.
  package func observeAll(
    _ targets: [ObservationTarget], progress: (@Sendable (ClusterObservation) -> Void)? = nil
  ) async -> [ClusterObservation] {
    if case .inCluster? = policy.connect?.way, targets.count > 1 {
      let why =
        "connect: inCluster leads to the one cluster that this runs in, and the fleet has \(targets.count), hint: kubeconfig: {context: \"{cluster}\"}"
      return targets.map { ClusterObservation(cluster: $0.cluster, observation: .unknown(why)) }
    }
    var results = [ClusterObservation?](repeating: nil, count: targets.count)
    await withTaskGroup(of: (Int, ClusterObservation).self) { tasks in
      var waiting = targets.enumerated().makeIterator()
      func startNext() {
        guard let (place, target) = waiting.next() else { return }
        tasks.addTask { (place, await self.observe(target)) }
      }
      for _ in 0..<policy.parallelChecks { startNext() }
      while let (place, result) = await tasks.next() {
        results[place] = result
        progress?(result)
        startNext()
      }
    }
    return results.compactMap(\.self)
  }

  /// Looks at one cluster. Whatever goes wrong is told as unknown, with the reason.
  package func observe(_ target: ObservationTarget) async -> ClusterObservation {
    var told = Observation.known(versions: [:], healthy: true, reasons: [], groups: [:])
    if let command { told = await command.observe(target) }
    if case .unknown = told { return ClusterObservation(cluster: target.cluster, observation: told) }
    guard policy.takesSamples else { return ClusterObservation(cluster: target.cluster, observation: told) }
    var sample = Sample()
    var client: KubernetesClient?
    if let reach {
      switch reach.client(for: target) {
      case .success(let found): client = found
      case .failure(let error):
        return ClusterObservation(cluster: target.cluster, observation: .unknown(OneLine.text("\(error)", limit: 600)))
      }
    }
    if let client, let known = target.known {
      var glance = await health(target).glance(client)
      let notes = await ask(target, client, into: &glance)
      if glance.findings.isEmpty, glance.gaps.isEmpty, glance.versions == known {
        return ClusterObservation(cluster: target.cluster, observation: .unchanged, notes: notes)
      }
    }
    if let client {
      sample = await health(target).sample(client)
      if !sample.tellsAnything, let gap = sample.gaps.first {
        return ClusterObservation(cluster: target.cluster, observation: .unknown(gap.text))
      }
    }
    let notes = await ask(target, client, into: &sample)
    if case .unreadable(let why) = target.nodes { sample.gaps.append(Gap(source: "nodes", text: why)) }
    return ClusterObservation(cluster: target.cluster, observation: told, sample: sample, notes: notes)
  }

  private func health(_ target: ObservationTarget) -> KubernetesHealth {
    var nodes: Int?
    if case .count(let count) = target.nodes { nodes = count }
    let component = policy.components.first { $0.observe?.isKubernetes == true && target.components.contains($0.name) }
    var part = ObserveSettings.VersionPart.whole
    if case .kubernetes(let given)? = component?.observe { part = given }
    return KubernetesHealth(
      policy.health.kubernetes, nodes: nodes, component: component?.name, part: part, sinceLast: target.sinceLast)
  }

  /// Asks the components and the probes, side by side.
  /// - Returns: what dry runs would have found.
  private func ask(
    _ target: ObservationTarget, _ client: KubernetesClient?, into sample: inout Sample
  ) async -> [String] {
    let components = policy.components.filter { target.components.contains($0.name) }
    return await withTaskGroup(of: (Int, Sample, String?).self) { tasks in
      var count = 0
      for component in components {
        if let settings = component.observe, !settings.isKubernetes {
          let reader = ComponentReader(component.name, settings, pattern: component.value, means: means)
          tasks.addTask { [count] in (count, await reader.sample(target, client), nil) }
          count += 1
        }
      }
      let probes =
        policy.health.probes.map { ($0, SampleScope.cluster) }
        + components.flatMap { component in component.probes.map { ($0, SampleScope.component(component.name)) } }
      for (settings, scope) in probes {
        let probe = Probe(settings, scope: scope, means: means)
        tasks.addTask { [count] in
          let result = await probe.sample(target)
          return (count, result.sample, settings.isDryRun && result.outcome != .good ? result.line : nil)
        }
        count += 1
      }
      var answers: [(Int, Sample, String?)] = []
      for await answer in tasks { answers.append(answer) }
      answers.sort { $0.0 < $1.0 }
      for (_, answer, _) in answers { sample.add(answer) }
      return answers.compactMap(\.2)
    }
  }
}

extension Sample {
  /// Whether anything was told at all, good or bad.
  fileprivate var tellsAnything: Bool { !versions.isEmpty || !findings.isEmpty || gaps.count != 1 }

  fileprivate mutating func add(_ other: Sample) {
    versions.merge(other.versions) { $1 }
    findings += other.findings
    gaps += other.gaps
  }
}

extension PolicyFile {
  /// Whether anything is looked at beyond what an observing command says.
  fileprivate var takesSamples: Bool {
    if case .command? = connect?.way {} else if connect != nil { return true }
    return !health.probes.isEmpty || components.contains { $0.observe != nil || !$0.probes.isEmpty }
  }

  fileprivate var parallelChecks: Int { max(1, connect?.parallel ?? 64) }
}
