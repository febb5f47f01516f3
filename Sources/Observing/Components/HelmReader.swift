import Fleet
import Host
import Kubernetes
import Promotion

/// Reads the version of the chart of a release: from Helm's own records, else from the label of what the chart made.
struct HelmReader {
  let namespace: String
  let release: String

  func read(_ client: KubernetesClient) async throws(NoAnswer) -> ComponentReading {
    guard Self.isName(release) else { throw NoAnswer("\(OneLine.text(release, limit: 80)) can be no release's name") }
    let revisions: [HelmRevision]
    do {
      // What a newer revision has replaced says nothing, and each may have a megabyte.
      let selector = "owner=helm,name=\(release),status!=superseded"
      let path = KubernetesPath.path("/api/v1/namespaces", namespace, "secrets")
      revisions = try await client.list(path, query: [("labelSelector", selector)], HelmRevision.read).items.compactMap(\.self)
    } catch {
      guard error.kind == .forbidden else { throw NoAnswer("\(error)") }
      return try await labelled(client, why: "Helm's records may not be read (get and list on secrets in namespace \(namespace))")
    }
    guard let newest = revisions.max(by: { $0.revision < $1.revision }) else {
      return try await labelled(client, why: "Helm has no record of it")
    }
    let deployed = revisions.filter { $0.status == "deployed" }.max { $0.revision < $1.revision }
    return try reading(newest, deployed)
  }

  private func reading(_ newest: HelmRevision, _ deployed: HelmRevision?) throws(NoAnswer) -> ComponentReading {
    if newest == deployed { return ComponentReading(try version(newest)) }
    guard newest.status == "failed" || newest.status.hasPrefix("pending-") else {
      throw NoAnswer("revision \(newest.revision) of \(shown) is \(newest.status.isEmpty ? "in no status" : newest.status)")
    }
    // Of a first install that failed, what is there is what it left.
    let running = try version(deployed ?? newest)
    let tried = newest.chartVersion.map { OneLine.text($0, limit: 80) }
    return ComponentReading(
      running,
      findings: [
        // With the version: what failed before an upgrade does not excuse that the upgrade fails.
        ComponentReading.Fault(
          key: "helm \(namespace)/\(release) \(tried ?? "") \(newest.status)",
          text: "revision \(newest.revision) of \(shown)" + (tried.map { ", chart version \($0)," } ?? "")
            + " is \(newest.status)")
      ])
  }

  private func version(_ revision: HelmRevision) throws(NoAnswer) -> Version {
    guard let text = revision.chartVersion else {
      throw NoAnswer("revision \(revision.revision) of \(shown) cannot be read: \(revision.problem ?? "")")
    }
    return try WrittenVersion.read(text, nil, in: "the chart's version")
  }

  // MARK: Labels

  private func labelled(_ client: KubernetesClient, why: String) async throws(NoAnswer) -> ComponentReading {
    var labels: Set<String> = []
    for kind in WorkloadRow.Kind.allCases {
      let path = KubernetesPath.path("/apis/apps/v1/namespaces", namespace, kind.plural)
      let query = [("labelSelector", "app.kubernetes.io/instance=\(release)")]
      do { labels.formUnion(try await client.list(path, query: query, Self.chartLabel).items.compactMap(\.self)) } catch {
        throw NoAnswer("\(why), and of its workloads: \(error)")
      }
    }
    guard let label = labels.first else {
      throw NoAnswer("there is no \(shown): \(why), and no workload is labelled as of it with its chart (\(ChartLabel.name))")
    }
    let shownLabels = labels.sorted().prefix(5).map { OneLine.text($0, limit: 70) }.joined(separator: ", ")
    guard labels.count == 1 else {
      throw NoAnswer("\(why), and its workloads are of several charts: \(shownLabels)")
    }
    guard let version = ChartLabel.version(label) else {
      throw NoAnswer("\(why), and the label of its workloads does not show a whole version: \(shownLabels)")
    }
    return ComponentReading(try WrittenVersion.read(version, nil, in: "the chart's version"))
  }

  private static func chartLabel(_ reader: inout JSONReader) throws(JSONError) -> String? {
    var label: String?
    try reader.object { (reader, key) throws(JSONError) in
      if key == "metadata" { label = try MetadataRow(&reader, labels: [ChartLabel.name]).labels[ChartLabel.name] }
    }
    return label
  }

  private var shown: String { "release \(namespace)/\(release)" }

  /// As Helm has them; anything else could alter the question.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 63
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
      }
  }
}
