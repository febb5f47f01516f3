import Promotion

/// Whether the parts of the API that services of the cluster answer for do answer: without them deletions of namespaces and
/// autoscaling stop, and upgrades break them.
struct AggregatedAPIRule {
  let services: [APIServiceRow]

  static let source = "apiservices"

  func judge(_ findings: inout FindingList) {
    for service in services where service.isAggregated && service.available?.isTrue != true {
      let reason = service.available.map { $0.reason.isEmpty ? "" : ": \($0.reason)" } ?? ": nobody has looked yet"
      findings.add(
        source: Self.source, key: "apiservice/\(service.name)", "the aggregated API \(service.name) is not available\(reason)")
    }
  }
}
