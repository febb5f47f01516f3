import Fleet
import Host
import Promotion

/// The upgrade command of one cluster and group, with what it is told.
struct UpgradeCommand {
  let workspace: Workspace
  let settings: ApplySettings
  let cluster: ResolvedCluster
  let start: ApplyJob.Start
  let group: Group

  func child() throws(HostError) -> ChildProcess {
    var values = cluster.values
    values["cluster"] = cluster.name
    var arguments: [String] = []
    for argument in settings.command {
      switch Placeholders.replaced(in: argument, with: values) {
      case .text(let text): arguments.append(text)
      case .unknown(let name):
        throw HostError(
          .invalid, path: argument,
          message: "the upgrade command's argument \(argument) needs {\(name)}, which \(cluster.name) has no value for")
      }
    }
    return ChildProcess(
      arguments, environment: environment, folder: workspace.policy.folder, timeout: settings.timeout)
  }

  private var environment: [String: String] {
    var environment = workspace.environment.filter { !workspace.policy.secretVariables.contains($0.key) }
    environment["SLUICE_CLUSTER"] = cluster.name
    environment["SLUICE_STAGE"] = start.slot.stage
    environment["SLUICE_GROUP"] = start.slot.group
    environment["SLUICE_FROM"] = start.from.text(in: group.components)
    environment["SLUICE_TO"] = start.to.text(in: group.components)
    for (component, version) in cluster.desired {
      environment["SLUICE_VERSION_" + Self.variable(component)] = version.text
    }
    return environment
  }

  /// Upper case; what no variable's name may have becomes `_`.
  private static func variable(_ component: ComponentName) -> String {
    String(component.uppercased().map { ("A"..."Z").contains($0) || ("0"..."9").contains($0) ? $0 : "_" })
  }
}
