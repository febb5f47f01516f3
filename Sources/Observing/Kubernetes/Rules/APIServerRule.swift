import Host
import Promotion

/// Which version the API servers behind one address run: a request sees one of them, so several must say the same, and so must
/// the images of those that can be seen as pods.
struct APIServerRule {
  /// Those that were read, by their text.
  let reads: [String]
  let pods: [PodRow]
  let scope: SampleScope

  static let source = "version"

  struct Verdict {
    /// Of all that are known of; nil: nothing is.
    var oldest: Release?
    var newest: Release?
    /// What was read is no version.
    var gap: String?
  }

  func judge(_ findings: inout FindingList) -> Verdict {
    var releases: [Release] = []
    for text in Set(reads).sorted() {
      guard let release = Release(text) else {
        return Verdict(gap: "the API server says that its version is \"\(OneLine.text(text, limit: 60))\", which is none")
      }
      releases.append(release)
    }
    releases.sort { $0.isOlder(than: $1) }
    guard var oldest = releases.first, let read = releases.last else { return Verdict() }
    var newest = read
    if releases.count > 1 {
      let words = releases.map(\.shown).joined(separator: " and ")
      findings.add(scope, source: Self.source, key: "version", "the API servers run \(words)")
    }
    // Of one that no reading met its image tells.
    for pod in pods where pod.namespace == "kube-system" && pod.part == "kube-apiserver" && !pod.isBeingDeleted {
      guard let image = Release(image: pod.image), !image.isSame(as: read) else { continue }
      findings.add(
        scope, source: CriticalPodRule.source, key: "apiserver/\(pod.node)",
        "node \(pod.node) runs kube-apiserver \(image.shown), the API server that answered \(read.shown)")
      if image.isOlder(than: oldest) { oldest = image }
      if newest.isOlder(than: image) { newest = image }
    }
    return Verdict(oldest: oldest, newest: newest)
  }
}
