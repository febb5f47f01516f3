package import Promotion

/// What the sources have published of one component.
package struct VersionsRecord: LedgerRecord {
  package static let kind = RecordKind.versions

  package var component: ComponentName
  package var seen: [SeenVersion]

  package init(component: ComponentName, seen: [SeenVersion]) {
    self.component = component
    self.seen = seen
  }

  package var subject: ComponentName { component }

  package init(from members: Members) throws(MalformedRecord) {
    component = try members.text("component")
    seen = try members.objects("seen") { (version) throws(MalformedRecord) in
      SeenVersion(
        version: Version(try version.text("version")), date: try version.optionalMoment("date"),
        first: try version.moment("first"), index: try version.number("index"),
        withdrawn: try version.optionalFlag("withdrawn") ?? false)
    }
  }

  package func write(to members: inout Members) {
    members.set("component", component)
    members.set("seen", list: seen, identity: "version") { version, members in
      members.set("version", version.version.text)
      members.set("date", version.date)
      members.set("first", version.first)
      members.set("index", version.index)
      members.set("withdrawn", version.withdrawn ? true : nil)
    }
  }
}
