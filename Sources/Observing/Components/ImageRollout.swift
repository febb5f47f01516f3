/// Whether all of a workload's pods run what its template says.
///
/// By the rules of `kubectl rollout status`, and stricter where kubectl's "done" does not mean all pods: under a partition, and
/// of no pods at all. Where pods are replaced by hand kubectl refuses to say; the numbers of the status tell it as well.
enum ImageRollout {
  /// - Returns: nil when all do.
  /// - Throws: `NoAnswer` where there are no pods: nothing runs, whatever the template says.
  static func whatIsMissing(_ workload: WorkloadRow, _ shown: String) throws(NoAnswer) -> String? {
    switch Rollout(workload) {
    case .failed(let what), .waiting(let what): return what
    case .done, .manual: break
    }
    guard workload.hasStatus, workload.generation <= workload.observedGeneration else {
      return "its newest form has not been observed"
    }
    let wanted = workload.kind == .daemonSet ? workload.desired : workload.replicas
    guard wanted > 0 else { throw NoAnswer("the \(shown) is to have no pods: nothing runs") }
    if workload.updated < wanted {
      let why = workload.partition.map { $0 > 0 } == true ? "its partition keeps the others" : "the others wait to be deleted"
      return "\(workload.updated) of \(wanted) pods are updated, \(why)"
    }
    return workload.ready < wanted ? "\(workload.ready) of \(wanted) pods are ready" : nil
  }
}
