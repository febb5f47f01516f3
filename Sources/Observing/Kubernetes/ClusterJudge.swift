import Fleet
import Host
import Kubernetes
import Promotion

/// Judges what was read of a cluster. Pure: the same reading always gives the same sample.
struct ClusterJudge: Sendable {
  let settings: HealthSettings.Kubernetes
  let nodes: Int?
  let component: ComponentName?
  var part = ObserveSettings.VersionPart.whole
  /// Seconds in which a restart counts.
  let restartWindow: Int

  private static let gapLimit = 300

  private var scope: SampleScope { component.map(SampleScope.component) ?? .cluster }

  /// - Parameter now: seconds since 1970, for a cluster that does not say.
  func sample(_ reading: ClusterReading, now: Int) -> Sample {
    var sample = Sample(gaps: gaps(reading))
    func tell(_ source: String, _ text: String?) {
      if let text { sample.gaps.append(Self.gap(source, text)) }
    }
    guard reading.hasAnswers else { return sample }
    var findings = FindingList()

    let version = APIServerRule(reads: reading.versions.rows, pods: reading.pods.rows, scope: scope).judge(&findings)
    tell(APIServerRule.source, version.gap)
    if let component, let oldest = version.oldest, reading.versions.errors.isEmpty {
      sample.versions[component] = Version(oldest.text(part))
    }
    for readyz in reading.readyz.rows { readyz.judge(&findings) }
    let borne = judgeNodes(reading, version, &findings, tell)

    if reading.nodes.errors.isEmpty && reading.pods.errors.isEmpty {
      ControlPlaneRule(nodes: reading.nodes.rows, pods: reading.pods.rows).judge(&findings)
    }
    CriticalPodRule(
      pods: reading.pods.rows, now: reading.pods.date ?? now, restartWindow: restartWindow, borne: borne
    ).judge(&findings)
    for kind in WorkloadRow.Kind.allCases {
      RolloutRule(workloads: reading.workloads(kind).rows, borneNodes: borne.count).judge(&findings)
    }
    AggregatedAPIRule(services: reading.apiServices.rows).judge(&findings)
    for namespace in emptyNamespaces(reading) { tell(CriticalPodRule.source, namespace) }
    sample.findings = findings.bounded
    return sample
  }

  /// - Returns: the nodes that are borne unready.
  private func judgeNodes(
    _ reading: ClusterReading, _ version: APIServerRule.Verdict, _ findings: inout FindingList, _ tell: (String, String?) -> Void
  ) -> Set<String> {
    guard reading.nodes.errors.isEmpty else { return [] }
    let verdict = NodeRule(nodes: reading.nodes.rows, expected: nodes, maxUnready: settings.maxUnreadyNodes).judge(&findings)
    tell(NodeRule.source, verdict.gap)
    if let oldest = version.oldest, let newest = version.newest {
      let judged = reading.nodes.rows.filter { !verdict.borne.contains($0.name) }
      let rule = KubeletRule(nodes: judged, oldest: oldest, newest: newest, component: component)
      tell(NodeRule.source, rule.judge(&findings))
    }
    return verdict.borne
  }

  /// All of none is not success: a namespace whose name is misspelt holds nothing that could be wrong.
  private func emptyNamespaces(_ reading: ClusterReading) -> [String] {
    let workloads = WorkloadRow.Kind.allCases.map { reading.workloads($0) }
    guard reading.pods.errors.isEmpty, workloads.allSatisfy(\.errors.isEmpty) else { return [] }
    var seen = Set(reading.pods.rows.map(\.namespace))
    for answers in workloads { seen.formUnion(answers.rows.map(\.namespace)) }
    if settings.namespaces.isEmpty { return seen.isEmpty ? ["there are no pods and no workloads at all"] : [] }
    return settings.namespaces.filter { !seen.contains($0) }.map {
      "namespace \($0) holds no pods and no workloads, hint: name those that matter in health: kubernetes: namespaces:"
    }
  }

  // MARK: What could not be told

  static func gap(_ source: String, _ text: String) -> Gap { Gap(source: source, text: OneLine.text(text, limit: gapLimit)) }

  /// One for each source that failed; where all did in the same way, one that says it once.
  private func gaps(_ reading: ClusterReading) -> [Gap] {
    let all = reading.errors
    if !reading.hasAnswers, let first = all.first?.errors.first,
      all.allSatisfy({ !$0.errors.isEmpty && $0.errors.allSatisfy { $0.kind == first.kind } })
    {
      return [Self.gap(KubernetesHealth.source, "nothing could be read: \(first)")]
    }
    return all.compactMap { source, errors in
      guard let first = errors.first else { return nil }
      let others = Set(errors.map(\.description)).count - 1
      return Self.gap(source, others == 0 ? first.description : "\(first) (and \(others) more)")
    }
  }
}
