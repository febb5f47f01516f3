package import Fleet
import HTTP
import Host
package import Kubernetes
package import Promotion

/// Looks at a cluster through its own API: the version of its API servers and kubelets, and whether it is well.
package struct KubernetesHealth: Sendable {
  /// The source of a gap that stands for all of this one's: the cluster could not be asked.
  package static let source = "kubernetes"
  /// A cluster is asked so many questions at once.
  static let width = 4

  private let settings: HealthSettings.Kubernetes
  private let judge: ClusterJudge

  /// - Parameters:
  ///   - nodes: how many there must be at least.
  ///   - component: the one that is observed as `kubernetes`; nil: none, and what its versions are does not count.
  ///   - part: how much of the version is told as the component's.
  ///   - sinceLast: since when nothing is known of restarts.
  package init(
    _ settings: HealthSettings.Kubernetes, nodes: Int?, component: ComponentName?,
    part: ObserveSettings.VersionPart = .whole, sinceLast: Duration?
  ) {
    self.settings = settings
    judge = ClusterJudge(
      settings: settings, nodes: nodes, component: component, part: part,
      restartWindow: Int(clamping: sinceLast?.components.seconds ?? 600))
  }

  /// A cluster that can't be reached is asked for its version alone.
  package func sample(_ client: KubernetesClient) async -> Sample {
    var reading = ClusterReading()
    // Together, so that their connections come one after the other: a balancer that takes turns leads them to different servers.
    await ask(Array(repeating: .version, count: max(1, settings.reads)), client, into: &reading)
    if reading.versions.rows.isEmpty, let error = reading.versions.errors.first, error.isOfAll {
      return Sample(gaps: [ClusterJudge.gap(Self.source, error.description)])
    }
    await ask(ClusterQuestion.all(namespaces: settings.namespaces), client, into: &reading)
    return judge.sample(reading, now: HostClock().now())
  }

  /// A look at a cluster of which everything is known: whether any of what changes first has changed. Six questions, instead of
  /// nine; where it finds anything, or can't tell, a whole look must follow.
  package func glance(_ client: KubernetesClient) async -> Sample {
    var reading = ClusterReading()
    await ask([.version] + ClusterQuestion.first(namespaces: settings.namespaces), client, into: &reading)
    return judge.sample(reading, now: HostClock().now())
  }

  private func ask(_ questions: [ClusterQuestion], _ client: KubernetesClient, into reading: inout ClusterReading) async {
    await withTaskGroup(of: ClusterQuestion.Answer.self) { tasks in
      var waiting = questions.makeIterator()
      func askNext() {
        guard let question = waiting.next() else { return }
        tasks.addTask { await question.ask(client) }
      }
      for _ in 0..<Self.width { askNext() }
      while let answer = await tasks.next() {
        reading.take(answer)
        askNext()
      }
    }
  }
}

extension ClusterReading {
  fileprivate mutating func take(_ answer: ClusterQuestion.Answer) {
    switch answer {
    case .version(let answers): versions.add(answers)
    case .readyz(let answers): readyz.add(answers)
    case .nodes(let answers): nodes.add(answers)
    case .pods(let answers): pods.add(answers)
    case .workloads(let kind, let answers): workloads[kind, default: Answers()].add(answers)
    case .apiServices(let answers): apiServices.add(answers)
    }
  }
}

extension KubernetesError {
  /// Whether any other question would end like this one.
  fileprivate var isOfAll: Bool {
    switch kind {
    case .configuration, .credentials, .unauthorized: true
    case .unreachable(let why):
      switch why {
      case .invalid, .unresolved, .unreachable, .proxy, .tls, .timedOut, .deadline, .cancelled, .closed: true
      case .malformed, .interrupted, .tooLarge, .redirect, .body: false
      }
    default: false
    }
  }
}
