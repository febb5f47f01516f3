import FakeKubernetes
import Host
import Promotion
import Testing

@testable import Observing

@Suite("Rollouts, by kubectl's rules")
struct RolloutTests {
  @Test("Each case of kubectl's table comes out as kubectl says", arguments: RolloutCase.all)
  func table(_ item: RolloutCase) throws {
    let row = try Self.row(item)
    let verdict: RolloutCase.Verdict =
      switch Rollout(row) {
      case .done: .done
      case .waiting: .waiting
      case .failed: .failed
      case .manual: .error
      }
    #expect(verdict == item.expected)
    let lines = found { RolloutRule(workloads: [row], borneNodes: 0).judge(&$0) }.lines
    switch item.expected {
    case .done: #expect(lines.isEmpty)
    case .waiting, .failed: #expect(lines.count == 1)
    case .error: #expect(lines.isEmpty == !item.name.contains("newer generation"))
    }
  }

  private static func row(_ item: RolloutCase) throws -> WorkloadRow {
    let kind: WorkloadRow.Kind =
      switch item.workload.kind {
      case .deployment: .deployment
      case .daemonSet: .daemonSet
      case .statefulSet: .statefulSet
      }
    return try JSONReader.document(Array(item.json.utf8)) { (reader) throws(JSONError) in try WorkloadRow(kind, &reader) }
  }

  private func workload(_ kind: WorkloadRow.Kind, _ change: (inout WorkloadRow) -> Void) -> WorkloadRow {
    var row = WorkloadRow(kind, "kube-system", "w")
    (row.generation, row.observedGeneration, row.hasStatus, row.strategy) = (2, 2, true, "RollingUpdate")
    (row.replicas, row.running, row.updated, row.ready, row.available, row.desired) = (3, 3, 3, 3, 3, 3)
    change(&row)
    return row
  }

  private func lines(_ row: WorkloadRow, borne: Int = 0) -> [String] {
    found { RolloutRule(workloads: [row], borneNodes: borne).judge(&$0) }.lines
  }

  @Test("What is found says how far it has come, and counts what is short")
  func words() {
    #expect(
      lines(workload(.deployment) { $0.updated = 1 }) == [
        "deployment/kube-system/w x2: deployment kube-system/w: 1 of 3 replicas are updated"
      ])
    #expect(
      lines(workload(.deployment) { $0.running = 4 }) == [
        "deployment/kube-system/w: deployment kube-system/w: 1 old replicas have yet to go"
      ])
    #expect(
      lines(workload(.deployment) { $0.progressing = "ProgressDeadlineExceeded" })
        == ["deployment/kube-system/w: deployment kube-system/w: its progress deadline is exceeded"])
    #expect(
      lines(workload(.daemonSet) { $0.available = 0 }) == [
        "daemonSet/kube-system/w x3: daemon set kube-system/w: 0 of 3 pods are available"
      ])
    #expect(
      lines(workload(.statefulSet) { $0.ready = 2 }) == [
        "statefulSet/kube-system/w: stateful set kube-system/w: 2 of 3 pods are ready"
      ])
    #expect(
      lines(workload(.deployment) { $0.hasStatus = false })
        == ["deployment/kube-system/w: deployment kube-system/w: its newest form has not been observed"])
  }

  @Test("A StatefulSet that no controller has looked at is not done, though its generation be no newer")
  func neverObserved() {
    let row = workload(.statefulSet) { ($0.generation, $0.observedGeneration) = (0, 0) }
    #expect(Rollout(row) == .waiting("its newest form has not been observed"))
  }

  @Test("Of what is updated by hand only missing pods are found", arguments: [WorkloadRow.Kind.daemonSet, .statefulSet])
  func manual(kind: WorkloadRow.Kind) {
    let row = workload(kind) {
      $0.strategy = "OnDelete"
      $0.updated = 0
    }
    #expect(Rollout(row) == .manual)
    #expect(lines(row).isEmpty)
    var short = row
    short.ready = 2
    #expect(lines(short).count == 1)
    short = row
    short.observedGeneration = 1
    #expect(lines(short).count == 1)
  }

  @Test("A DaemonSet may lack the pods of nodes that are borne unready, and no more")
  func borne() {
    let row = workload(.daemonSet) { ($0.updated, $0.available) = (3, 2) }
    #expect(lines(row).count == 1)
    #expect(lines(row, borne: 1).isEmpty)
    #expect(lines(workload(.daemonSet) { $0.available = 1 }, borne: 1).count == 1)
    #expect(lines(workload(.deployment) { $0.available = 2 }, borne: 1).count == 1)
  }
}
