import Host
import YAML

/// A command that prints credentials, as `users[].user.exec` names it.
struct ExecPlugin: Sendable {
  static let group = "client.authentication.k8s.io/"

  let command: String
  let arguments: [String]
  let variables: [(name: String, value: Secret)]
  /// `client.authentication.k8s.io/v1` or `/v1beta1`.
  let version: String
  let installHint: String?
  /// What it is told of the cluster; nil where it did not ask.
  var cluster: JSONValue?

  /// - Throws: `KubernetesError` for what client-go refuses, and for a plugin that must talk to a person.
  init(_ entry: ExecEntry, _ user: String) throws(KubernetesError) {
    func refuse(_ field: String, _ why: String, hint: String? = nil) -> KubernetesError {
      guard let node = entry.fields.place(field) ?? entry.node else {
        return KubernetesError(.configuration, "\(user): exec: \(why)", hint: hint)
      }
      return KubernetesError(node.error("\(user): exec: \(why)", hint: hint))
    }
    guard let command = entry.command?.value else { throw refuse("command", "it has no command") }
    guard let version = entry.version?.value else {
      throw refuse("apiVersion", "it has no apiVersion", hint: "write apiVersion: \(Self.group)v1")
    }
    switch version {
    case Self.group + "v1", Self.group + "v1beta1": break
    case Self.group + "v1alpha1":
      throw refuse(
        "apiVersion", "apiVersion \(version) is no longer a part of Kubernetes' clients",
        hint: "a newer \(OneLine.text(Self.shortName(command), limit: 100)) speaks \(Self.group)v1")
    default:
      throw refuse(
        "apiVersion", "apiVersion \(OneLine.text(version, limit: 100)) is unknown", hint: "it is \(Self.group)v1 or v1beta1")
    }
    switch entry.interactiveMode?.value {
    case "Never", "IfAvailable": break
    case "Always":
      throw refuse(
        "interactiveMode", "its plugin must talk to a person (interactiveMode: Always), and here is no terminal",
        hint: "use credentials that need nobody")
    case nil:
      guard version.hasSuffix("v1beta1") else {
        throw refuse("interactiveMode", "it has no interactiveMode", hint: "write interactiveMode: Never")
      }
    case let mode?:
      throw refuse(
        "interactiveMode", "interactiveMode \(OneLine.text(mode, limit: 100)) is unknown",
        hint: "it is Never, IfAvailable or Always")
    }
    self.command = command
    self.version = version
    arguments = entry.arguments
    variables = entry.environment
    installHint = entry.installHint
  }

  private static func shortName(_ command: String) -> String {
    command.split(separator: "/").last.map(String.init) ?? command
  }

  /// Its name in messages. Not its arguments, which may hold anything.
  var shownName: String { "the credential plugin \(OneLine.text(Self.shortName(command), limit: 100))" }

  /// What tells two of them apart: with the same of it, the same credentials come.
  var identity: [UInt8] {
    let variables = variables.flatMap { [JSONValue.string($0.name), .string($0.value.reveal())] }
    return JSONValue.array([
      .string(command), .strings(arguments), .array(variables), .string(version), cluster ?? .null,
    ]).serialized()
  }

  func child(_ environment: [String: String], timeout: Duration) -> ChildProcess {
    var environment = environment
    for (name, value) in variables { environment[name] = value.reveal() }
    var specification: [String: JSONValue] = ["interactive": .bool(false)]
    if let cluster { specification["cluster"] = cluster }
    let info = JSONValue.object([
      "kind": .string("ExecCredential"), "apiVersion": .string(version), "spec": .object(specification),
    ])
    environment["KUBERNETES_EXEC_INFO"] = String(decoding: info.serialized().dropLast(), as: UTF8.self)
    return ChildProcess([command] + arguments, environment: environment, outputLimit: 1 << 20, timeout: timeout)
  }
}
