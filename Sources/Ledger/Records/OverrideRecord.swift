package import Promotion

/// An override that Sluice wrote into a cluster's own file.
package struct OverrideRecord: LedgerRecord {
  package static let kind = RecordKind.overrides

  package var cluster: ClusterName
  package var component: ComponentName
  package var value: String
  /// The commit that wrote it.
  package var commit: String

  package init(cluster: ClusterName, component: ComponentName, value: String, commit: String) {
    self.cluster = cluster
    self.component = component
    self.value = value
    self.commit = commit
  }

  package var subject: ClusterPart { ClusterPart(cluster, component) }

  package init(from members: Members) throws(MalformedRecord) {
    cluster = try members.text("cluster")
    component = try members.text("component")
    value = try members.text("value")
    commit = try members.text("commit")
  }

  package func write(to members: inout Members) {
    members.set("cluster", cluster)
    members.set("component", component)
    members.set("value", value)
    members.set("commit", commit)
  }
}
