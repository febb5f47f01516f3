import Promotion

/// How far a workload's newest revision has come, by the rules of `kubectl rollout status`
/// (kubectl/pkg/polymorphichelpers/rollout_status.go).
///
/// kubectl does not say anything of the strategy OnDelete but an error. Here it counts as not well only where pods are short:
/// whether they are the newest ones nobody promises.
enum Rollout: Equatable {
  case done
  case waiting(String)
  case failed(String)
  /// Only by hand: kubectl refuses to say.
  case manual

  init(_ workload: WorkloadRow) {
    self =
      switch workload.kind {
      case .deployment: Self.deployment(workload)
      case .daemonSet: Self.daemonSet(workload)
      case .statefulSet: Self.statefulSet(workload)
      }
  }

  private static let notObserved = Rollout.waiting("its newest form has not been observed")

  private static func deployment(_ it: WorkloadRow) -> Rollout {
    guard it.isObserved else { return notObserved }
    if it.progressing == "ProgressDeadlineExceeded" { return .failed("its progress deadline is exceeded") }
    if it.updated < it.replicas { return .waiting("\(it.updated) of \(it.replicas) replicas are updated") }
    if it.running > it.updated { return .waiting("\(it.running - it.updated) old replicas have yet to go") }
    if it.available < it.updated { return .waiting("\(it.available) of \(it.updated) updated replicas are available") }
    return .done
  }

  private static func daemonSet(_ it: WorkloadRow) -> Rollout {
    guard it.strategy == "RollingUpdate" else { return .manual }
    guard it.isObserved else { return notObserved }
    if it.updated < it.desired { return .waiting("\(it.updated) of \(it.desired) pods are updated") }
    if it.available < it.desired { return .waiting("\(it.available) of \(it.desired) pods are available") }
    return .done
  }

  private static func statefulSet(_ it: WorkloadRow) -> Rollout {
    guard it.strategy == "RollingUpdate" else { return .manual }
    guard it.isObserved, it.observedGeneration != 0 else { return notObserved }
    if it.ready < it.replicas { return .waiting("\(it.ready) of \(it.replicas) pods are ready") }
    if it.hasRollingUpdate {
      // The API's defaults leave none without a partition, which is 0 mostly: then all must be updated.
      let wanted = it.partition.map { it.replicas - $0 } ?? 0
      return it.updated < wanted ? .waiting("\(it.updated) of \(wanted) pods are updated") : .done
    }
    if it.updateRevision != it.currentRevision { return .waiting("\(it.updated) of \(it.replicas) pods are updated") }
    return .done
  }
}

extension WorkloadRow {
  fileprivate var isObserved: Bool { hasStatus && generation <= observedGeneration }
}

/// Whether the workloads of the namespaces are rolled out.
struct RolloutRule {
  let workloads: [WorkloadRow]
  /// How many nodes are borne unready: a DaemonSet may lack so many pods.
  let borneNodes: Int

  func judge(_ findings: inout FindingList) {
    for workload in workloads {
      guard let what = whatIsWrong(workload) else { continue }
      let name = "\(workload.namespace)/\(workload.name)"
      findings.add(
        source: workload.kind.plural, key: "\(workload.kind.rawValue)/\(name)", count: workload.shortfall,
        "\(workload.kind.words) \(name): \(what)")
    }
  }

  private func whatIsWrong(_ workload: WorkloadRow) -> String? {
    switch Rollout(workload) {
    case .done: return nil
    case .failed(let what): return what
    case .waiting(let what):
      var borne = workload
      borne.desired -= borneNodes
      return borneNodes > 0 && workload.kind == .daemonSet && Rollout(borne) == .done ? nil : what
    case .manual:
      guard workload.isObserved else { return "its newest form has not been observed" }
      let wanted = workload.kind == .daemonSet ? workload.desired - borneNodes : workload.replicas
      return workload.ready < wanted ? "\(workload.ready) of \(wanted) pods are ready" : nil
    }
  }
}

extension WorkloadRow {
  /// How many pods are not as they should be; at least the one that made it be looked at.
  fileprivate var shortfall: Int {
    switch kind {
    case .deployment: max(1, replicas - min(updated, available))
    case .daemonSet: max(1, desired - min(updated, available))
    case .statefulSet: max(1, replicas - min(ready, updated))
    }
  }
}
