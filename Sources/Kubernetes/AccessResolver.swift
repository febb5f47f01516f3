import HTTP
import Host
import YAML

/// Makes of a cluster and a user of kubeconfigs what a client needs. What contradicts itself is an error, as it is to client-go.
struct AccessResolver {
  let cluster: ClusterEntry
  let user: UserEntry?
  let namespace: String?
  let kubeconfig: Kubeconfig

  init(cluster: ClusterEntry, user: UserEntry?, namespace: String?, in kubeconfig: Kubeconfig) {
    self.cluster = cluster
    self.user = user
    self.namespace = namespace
    self.kubeconfig = kubeconfig
  }

  private var clusterName: String { "cluster \"\(OneLine.text(cluster.name, limit: 100))\"" }
  private var userName: String { "user \"\(OneLine.text(user?.name ?? "", limit: 100))\"" }

  func access() throws(KubernetesError) -> ClusterAccess {
    var connection = HTTPConnection()
    connection.trust = try trust()
    connection.serverName = cluster.serverName?.value
    connection.proxy = try proxy()
    try setCertificate(&connection)
    let server = try server(connection)
    let credentials = try credentials(server, connection)
    let impersonation = try impersonation()
    if !server.isSecure {
      connection.certificate = nil
      connection.key = nil
    }
    return ClusterAccess(
      server: server, namespace: namespace, connection: connection, acceptsCompression: !cluster.disablesCompression,
      credentials: server.isSecure ? credentials : .none, impersonation: server.isSecure ? impersonation : [])
  }

  // MARK: The cluster

  /// Without a scheme it is https where anything speaks of TLS, as client-go has it.
  private func server(_ connection: HTTPConnection) throws(KubernetesError) -> HTTPURL {
    guard let server = cluster.server else {
      throw KubernetesError(cluster.node.error("\(clusterName) has no server", hint: "write server: https://HOST:PORT"))
    }
    var text = server.value
    if !text.contains("://") {
      let speaksTLS = connection.trust != .system || connection.certificate != nil
      text = (speaksTLS ? "https://" : "http://") + text
    }
    do { return try HTTPURL(text) } catch {
      throw KubernetesError(server.node.error("\(clusterName): server: \(error.message)", hint: error.hint))
    }
  }

  private func trust() throws(KubernetesError) -> HTTPConnection.Trust {
    if let file = cluster.authorityFile, cluster.authorityData != nil {
      throw KubernetesError(
        file.node.error(
          "\(clusterName) has both certificate-authority and certificate-authority-data", hint: "remove one of them"))
    }
    if let skips = cluster.skipsVerification, skips.value {
      guard cluster.authorityFile == nil, cluster.authorityData == nil else {
        throw KubernetesError(
          skips.node.error(
            "\(clusterName) has both insecure-skip-tls-verify and an authority to verify with", hint: "remove one of them"))
      }
      return .anything
    }
    if let data = cluster.authorityData {
      return .only(.bytes(try pem(data.value, data.node, "\(clusterName): certificate-authority-data")))
    }
    if let file = cluster.authorityFile { return .only(.file(try readable(file, "\(clusterName): certificate-authority"))) }
    return .system
  }

  private func proxy() throws(KubernetesError) -> HTTPConnection.Proxy {
    guard let proxy = cluster.proxy else { return .environment(kubeconfig.environment) }
    // Not the address itself in the message: it may hold a password.
    guard ["http://", "https://", "socks5://"].contains(where: { proxy.value.lowercased().hasPrefix($0) }) else {
      throw KubernetesError(
        proxy.node.error(
          "\(clusterName): proxy-url has another scheme than http, https and socks5", hint: "write http://HOST:PORT"))
    }
    return .url(proxy.value)
  }

  // MARK: The user

  private func setCertificate(_ connection: inout HTTPConnection) throws(KubernetesError) {
    guard let user else { return }
    if let file = user.certificateFile, user.certificateData != nil {
      throw KubernetesError(
        file.node.error("\(userName) has both client-certificate and client-certificate-data", hint: "remove one of them"))
    }
    if let file = user.keyFile, user.keyData != nil {
      throw KubernetesError(file.node.error("\(userName) has both client-key and client-key-data", hint: "remove one of them"))
    }
    guard let place = user.certificateFile?.node ?? user.certificateData?.node else { return }
    guard user.keyFile != nil || user.keyData != nil else {
      throw KubernetesError(
        place.error("\(userName) has a client certificate without a key", hint: "add client-key or client-key-data"))
    }
    if let file = user.certificateFile { connection.certificate = .file(try readable(file, "\(userName): client-certificate")) }
    if let data = user.certificateData {
      connection.certificate = .bytes(try pem(data.value, data.node, "\(userName): client-certificate-data"))
    }
    if let file = user.keyFile { connection.key = .file(try readable(file, "\(userName): client-key")) }
    if let data = user.keyData {
      connection.key = .bytes(try pem(Array(data.value.reveal().utf8), data.node, "\(userName): client-key-data"))
    }
  }

  private func credentials(
    _ server: HTTPURL, _ connection: HTTPConnection
  ) throws(KubernetesError) -> ClusterAccess.Credentials {
    guard let user else { return .none }
    let token = user.token?.node ?? user.tokenFile?.node
    let basic = user.username?.node ?? user.password?.node
    if let basic, token != nil {
      throw KubernetesError(
        basic.error(
          "\(userName) has more than one authentication method: a token, and username and password", hint: "remove one of them"))
    }
    if let exec = user.exec, user.authProvider != nil {
      throw KubernetesError(
        (exec.node ?? user.node).error("\(userName) has both exec and auth-provider", hint: "remove auth-provider"))
    }
    let plugin = try user.exec.map { (exec) throws(KubernetesError) in try ExecPlugin(exec, userName) }
    if let file = user.tokenFile {
      return .tokenFile(TokenFile(file.value, fallback: user.token?.value))
    }
    if let token = user.token { return .token(token.value) }
    if basic != nil { return .basic(user: user.username?.value ?? "", password: user.password?.value ?? Secret("")) }
    if let provider = user.authProvider {
      throw KubernetesError(
        provider.error(
          "\(userName): auth-provider is no longer a part of Kubernetes' clients", hint: "use exec with a credential plugin"))
    }
    guard var plugin, connection.certificate == nil else { return .none }
    if user.exec?.providesCluster == true { plugin.cluster = try clusterInfo(server) }
    return .plugin(kubeconfig.sessions.session(plugin))
  }

  /// What a plugin is told of the cluster (client.authentication.k8s.io, `Cluster`).
  private func clusterInfo(_ server: HTTPURL) throws(KubernetesError) -> JSONValue {
    var info: [String: JSONValue] = ["server": .string(cluster.server?.value ?? server.text)]
    if let name = cluster.serverName { info["tls-server-name"] = .string(name.value) }
    if cluster.skipsVerification?.value == true { info["insecure-skip-tls-verify"] = .bool(true) }
    if let data = cluster.authorityData { info["certificate-authority-data"] = .string(Base64.encode(data.value)) }
    if let file = cluster.authorityFile {
      do { info["certificate-authority-data"] = .string(Base64.encode(try AtomicFile.read(file.value, limit: 1 << 20))) } catch {
        throw KubernetesError(file.node.error("\(clusterName): certificate-authority: \(error.message)"))
      }
    }
    if let proxy = cluster.proxy { info["proxy-url"] = .string(proxy.value) }
    if cluster.disablesCompression { info["disable-compression"] = .bool(true) }
    if let config = cluster.pluginConfig { info["config"] = config }
    return .object(info)
  }

  private func impersonation() throws(KubernetesError) -> [(name: String, value: String)] {
    guard let user else { return [] }
    guard let name = user.impersonated else {
      guard let place = user.impersonatedPlace else { return [] }
      throw KubernetesError(place.error("\(userName) asks for another's uid, groups or extra without as", hint: "add as: NAME"))
    }
    var headers = [(name: "Impersonate-User", value: name.value)]
    if let id = user.impersonatedID { headers.append(("Impersonate-Uid", id.value)) }
    for group in user.impersonatedGroups { headers.append(("Impersonate-Group", group)) }
    for (key, values) in user.impersonatedExtra {
      for value in values { headers.append(("Impersonate-Extra-" + HeaderKey.escaped(key), value)) }
    }
    return headers
  }

  // MARK: Files

  /// A file that can be read now. It is read again for each new connection, since files of certificates are renewed.
  private func readable(_ file: Field<String>, _ owner: String) throws(KubernetesError) -> String {
    do { _ = try AtomicFile.read(file.value, limit: 1 << 20) } catch {
      throw KubernetesError(file.node.error("\(owner): \(error.message)"))
    }
    return file.value
  }

  private func pem(_ bytes: [UInt8], _ node: YAMLNode, _ owner: String) throws(KubernetesError) -> [UInt8] {
    guard PEMText.isPlausible(bytes) else {
      throw KubernetesError(node.error("\(owner) is base64 of something that is not PEM", hint: "base64 -w0 FILE.pem makes it"))
    }
    return bytes
  }
}

enum PEMText {
  static func isPlausible(_ bytes: [UInt8]) -> Bool {
    String(decoding: bytes, as: UTF8.self).contains("-----BEGIN ")
  }
}

/// The rest of an `Impersonate-Extra-` header's name: what no name may have, and `%`, is percent-encoded.
enum HeaderKey {
  static func escaped(_ key: String) -> String {
    var result = ""
    for byte in key.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case let mark where "!#$&'*+-.^_`|~".utf8.contains(mark): result.unicodeScalars.append(Unicode.Scalar(mark))
      default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}
