/// Who makes a pod, by a name that stays when pods are replaced.
enum PodOwner {
  static func owner(of pod: MetadataRow, node: String) -> (kind: String, name: String) {
    switch pod.ownerKind {
    case "": ("Pod", pod.name)
    case PodRow.staticKind: (PodRow.staticKind, without("-" + (node.isEmpty ? pod.ownerName : node), pod.name))
    case "ReplicaSet": replicaSet(pod)
    case "Job": ("Job", job(pod.ownerName))
    default: (pod.ownerKind, pod.ownerName)
    }
  }

  /// A Deployment's ReplicaSets end with the hash of the template, which the pods carry as a label too.
  private static func replicaSet(_ pod: MetadataRow) -> (kind: String, name: String) {
    guard let hash = pod.labels["pod-template-hash"], pod.ownerName.hasSuffix("-" + hash) else {
      return ("ReplicaSet", pod.ownerName)
    }
    return ("Deployment", without("-" + hash, pod.ownerName))
  }

  /// A CronJob's Jobs end with the minute that they are for.
  private static func job(_ name: String) -> String {
    guard let dash = name.lastIndex(of: "-") else { return name }
    let minute = name[name.index(after: dash)...]
    return minute.count >= 8 && minute.allSatisfy { ("0"..."9").contains($0) } ? String(name[..<dash]) : name
  }

  private static func without(_ end: String, _ name: String) -> String {
    name.hasSuffix(end) && name.count > end.count ? String(name.dropLast(end.count)) : name
  }
}
