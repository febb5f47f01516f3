import Host
import YAML

/// `clusters[].cluster`: where a cluster is, and who it must be.
struct ClusterEntry: Sendable {
  let name: String
  let node: YAMLNode
  let server: Field<String>?
  let serverName: Field<String>?
  let skipsVerification: Field<Bool>?
  let authorityFile: Field<String>?
  let authorityData: Field<[UInt8]>?
  let proxy: Field<String>?
  let disablesCompression: Bool
  /// What the cluster tells exec plugins: its extension `client.authentication.k8s.io/exec`.
  let pluginConfig: JSONValue?

  init(_ name: String, _ fields: KubeconfigFields, _ node: YAMLNode, _ file: KubeconfigFile) throws(KubernetesError) {
    self.name = name
    self.node = node
    server = try fields.text("server")
    serverName = try fields.text("tls-server-name")
    skipsVerification = try fields.flag("insecure-skip-tls-verify")
    authorityFile = try file.path(fields.text("certificate-authority"))
    authorityData = try fields.data("certificate-authority-data")
    proxy = try fields.text("proxy-url")
    disablesCompression = try fields.flag("disable-compression")?.value ?? false
    var config: JSONValue?
    for element in try fields.elements("extensions") {
      let extended = try KubeconfigFields(element, fields.owner + ": extensions")
      if try extended.text("name")?.value == "client.authentication.k8s.io/exec" {
        config = extended.place("extension").map { JSONValue($0) }
      }
    }
    pluginConfig = config
  }
}

/// `contexts[].context`.
struct ContextEntry: Sendable {
  let name: String
  let node: YAMLNode
  let cluster: Field<String>?
  let user: Field<String>?
  let namespace: String?

  init(_ name: String, _ fields: KubeconfigFields, _ node: YAMLNode) throws(KubernetesError) {
    self.name = name
    self.node = node
    cluster = try fields.text("cluster")
    user = try fields.text("user")
    namespace = try fields.text("namespace")?.value
  }
}

/// `users[].user`: who asks.
struct UserEntry: Sendable {
  let name: String
  let node: YAMLNode
  let certificateFile: Field<String>?
  let certificateData: Field<[UInt8]>?
  let keyFile: Field<String>?
  let keyData: Field<Secret>?
  let token: Field<Secret>?
  let tokenFile: Field<String>?
  let username: Field<String>?
  let password: Field<Secret>?
  let impersonated: Field<String>?
  let impersonatedID: Field<String>?
  let impersonatedGroups: [String]
  let impersonatedExtra: [(key: String, values: [String])]
  /// Where the fields stand that say as whom else.
  let impersonatedPlace: YAMLNode?
  let authProvider: YAMLNode?
  let exec: ExecEntry?

  init(_ name: String, _ fields: KubeconfigFields, _ node: YAMLNode, _ file: KubeconfigFile) throws(KubernetesError) {
    func secret(_ field: Field<String>?) -> Field<Secret>? { field.map { Field(value: Secret($0.value), node: $0.node) } }
    self.name = name
    self.node = node
    certificateFile = try file.path(fields.text("client-certificate"))
    certificateData = try fields.data("client-certificate-data")
    keyFile = try file.path(fields.text("client-key"))
    keyData = try fields.data("client-key-data").map {
      Field(value: Secret(String(decoding: $0.value, as: UTF8.self)), node: $0.node)
    }
    token = secret(try fields.text("token"))
    tokenFile = try file.path(fields.text("tokenFile"))
    username = try fields.text("username")
    password = secret(try fields.text("password"))
    impersonated = try fields.text("as")
    impersonatedID = try fields.text("as-uid")
    impersonatedGroups = try fields.texts("as-groups")
    var extra: [(key: String, values: [String])] = []
    if let map = try fields.mapping("as-user-extra") {
      for key in map.keys { extra.append((key, try map.texts(key))) }
    }
    impersonatedExtra = extra
    impersonatedPlace = ["as-uid", "as-groups", "as-user-extra"].lazy.compactMap { fields.place($0) }.first
    authProvider = fields.place("auth-provider")
    exec = try fields.mapping("exec").map { (fields) throws(KubernetesError) in try ExecEntry(fields, file) }
  }
}

/// `users[].user.exec`, as it is written.
struct ExecEntry: Sendable {
  let fields: KubeconfigFields
  let node: YAMLNode?
  let version: Field<String>?
  let command: Field<String>?
  let arguments: [String]
  let environment: [(name: String, value: Secret)]
  let installHint: String?
  let providesCluster: Bool
  let interactiveMode: Field<String>?

  init(_ fields: KubeconfigFields, _ file: KubeconfigFile) throws(KubernetesError) {
    self.fields = fields
    node = fields.node
    version = try fields.text("apiVersion")
    // A bare name is looked for in PATH.
    let command = try fields.text("command")
    self.command = command?.value.utf8.contains(UInt8(ascii: "/")) == true ? file.path(command) : command
    arguments = try fields.texts("args")
    var environment: [(name: String, value: Secret)] = []
    for element in try fields.elements("env") {
      let variable = try KubeconfigFields(element, fields.owner + ": env")
      guard let name = try variable.text("name")?.value else {
        throw KubernetesError(element.error("\(fields.owner): a variable in env has no name"))
      }
      environment.append((name, Secret(try variable.text("value")?.value ?? "")))
    }
    self.environment = environment
    installHint = try fields.text("installHint")?.value
    providesCluster = try fields.flag("provideClusterInfo")?.value ?? false
    interactiveMode = try fields.text("interactiveMode")
  }
}
