import Foundation
import HTTP
import Host
import TestSupport
import Testing

@testable import Kubernetes

@Suite("Clusters and users of a kubeconfig")
struct AccessTests {
  let folder: TemporaryFolder
  static let pem = Data("-----BEGIN CERTIFICATE-----\n".utf8).base64EncodedString()
  static let server = "server: 'https://127.0.0.1:1'\n"

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("-----BEGIN X-----\n", to: "f.pem")
  }

  static let conflicts: [(cluster: String, user: String, words: String)] = [
    ("tls-server-name: x", "", "cluster \"here\" has no server, hint: write server: https://HOST:PORT"),
    ("server: ''", "", "cluster \"here\" has no server"),
    ("server: 'ftp://h'", "", "cluster \"here\": server: it is neither https:// nor http://"),
    ("server: 'https://me:s3cret@h'", "", "cluster \"here\": server: it holds a user or password"),
    (
      server + "certificate-authority: f.pem\ncertificate-authority-data: \(pem)", "",
      "both certificate-authority and certificate-authority-data"
    ),
    (
      server + "insecure-skip-tls-verify: true\ncertificate-authority-data: \(pem)", "",
      "both insecure-skip-tls-verify and an authority"
    ),
    (server + "certificate-authority: none.pem", "", "certificate-authority: cannot read"),
    (server + "certificate-authority-data: aGVsbG8=", "", "certificate-authority-data is base64 of something that is not PEM"),
    (server + "proxy-url: 'ftp://u:s3cret@h'", "", "proxy-url has another scheme than http, https and socks5"),
    (
      server, "client-certificate: f.pem\nclient-certificate-data: \(pem)\nclient-key: f.pem",
      "both client-certificate and client-certificate-data"
    ),
    (server, "client-certificate: f.pem\nclient-key: f.pem\nclient-key-data: \(pem)", "both client-key and client-key-data"),
    (server, "client-certificate: f.pem", "a client certificate without a key, hint: add client-key or client-key-data"),
    (server, "client-certificate-data: \(pem)", "a client certificate without a key"),
    (server, "client-certificate: f.pem\nclient-key: none", "client-key: cannot read"),
    (server, "token: s3cret\nusername: u\npassword: s3cret", "user \"me\" has more than one authentication method"),
    (server, "tokenFile: f.pem\npassword: s3cret", "more than one authentication method"),
    (
      server,
      "exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}\nauth-provider: {name: gcp}",
      "both exec and auth-provider"
    ),
    (
      server, "auth-provider: {name: gcp, config: {access-token: s3cret}}",
      "auth-provider is no longer a part of Kubernetes' clients, hint: use exec"
    ),
    (server, "as-uid: u", "asks for another's uid, groups or extra without as, hint: add as: NAME"),
    (server, "as-groups: [g]", "without as"),
    (server, "as-user-extra: {scopes: [a]}", "without as"),
    (server, "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}", "exec: it has no command"),
    (server, "exec: {command: x, interactiveMode: Never}", "exec: it has no apiVersion"),
    (
      server, "exec: {command: /opt/x, apiVersion: client.authentication.k8s.io/v1alpha1}",
      "v1alpha1 is no longer a part of Kubernetes' clients, hint: a newer x speaks"
    ),
    (
      server, "exec: {command: x, apiVersion: client.authentication.k8s.io/v2}",
      "apiVersion client.authentication.k8s.io/v2 is unknown"
    ),
    (server, "exec: {command: x, apiVersion: client.authentication.k8s.io/v1}", "it has no interactiveMode"),
    (
      server, "exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: never}",
      "interactiveMode never is unknown"
    ),
    (server, "exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}", "must talk to a person"),
  ]

  @Test("What contradicts itself is an error with its place, and shows no secret", arguments: conflicts)
  func conflict(_ cluster: String, _ user: String, _ words: String) throws {
    let error = try folder.accessFailure(cluster: cluster, user: user)
    #expect(error.kind == .configuration && "\(error)".contains(words), "\(error)")
    let place = error.message.prefix { $0 != " " }.split(separator: ":")
    #expect(place.count == 3 && place[0] == "\(folder.path)/config" && Int(place[1]) != nil, "\(error)")
    #expect(!"\(error)".contains("s3cret"))
  }

  @Test("A cluster's fields arrive in the connection")
  func cluster() throws {
    let access = try folder.access(
      cluster: """
        server: https://H.example:6443/k8s/clusters/c-1/
        tls-server-name: kubernetes
        certificate-authority-data: \(Self.pem)
        proxy-url: socks5://127.0.0.1:1080
        disable-compression: true
        """)
    #expect(access.server.origin.description == "https://h.example:6443" && access.server.target == "/k8s/clusters/c-1/")
    #expect(access.connection.serverName == "kubernetes")
    #expect(access.connection.trust == .only(.bytes(Array("-----BEGIN CERTIFICATE-----\n".utf8))))
    #expect(access.connection.proxy == .url("socks5://127.0.0.1:1080"))
    #expect(!access.acceptsCompression)
    let insecure = try folder.access(cluster: Self.server + "insecure-skip-tls-verify: true")
    #expect(insecure.connection.trust == .anything && insecure.acceptsCompression)
    #expect(insecure.connection.proxy == .environment(plain))
  }

  @Test(
    "A server without a scheme is https where anything speaks of TLS",
    arguments: [("", "http://h:1/"), ("insecure-skip-tls-verify: true", "https://h:1/")])
  func scheme(_ more: String, _ url: String) throws {
    #expect(try folder.access(cluster: "server: 'h:1'\n" + more).server.text == url)
  }

  @Test("A token beside a client's certificate is fine; a key without a certificate is of no use and no harm")
  func both() throws {
    let access = try folder.access(user: "token: abc\nclient-certificate-data: \(Self.pem)\nclient-key-data: \(Self.pem)")
    #expect(access.connection.certificate == .bytes(Array("-----BEGIN CERTIFICATE-----\n".utf8)))
    #expect(access.connection.key != nil)
    guard case .token(let token) = access.credentials else { throw Command.Failure(description: "no token") }
    #expect(token.reveal() == "abc")
    #expect(try folder.access(user: "client-key: f.pem").connection.key == nil)
  }

  @Test("Over http nothing is sent of who asks")
  func plainHTTP() throws {
    let access = try folder.access(
      cluster: "server: http://127.0.0.1:1", user: "token: abc\nas: other\nclient-certificate: f.pem\nclient-key: f.pem")
    guard case .none = access.credentials else { throw Command.Failure(description: "there are credentials") }
    #expect(access.impersonation.isEmpty && access.connection.certificate == nil && access.connection.key == nil)
  }

  @Test("Impersonation becomes headers")
  func impersonation() throws {
    let access = try folder.access(
      user: """
        token: abc
        as: jane
        as-uid: "7"
        as-groups: [a, b]
        as-user-extra: {"example.com/scopes %": [view, dev]}
        """)
    #expect(
      access.impersonation.map { "\($0.name): \($0.value)" } == [
        "Impersonate-User: jane", "Impersonate-Uid: 7", "Impersonate-Group: a", "Impersonate-Group: b",
        "Impersonate-Extra-example.com%2Fscopes%20%25: view", "Impersonate-Extra-example.com%2Fscopes%20%25: dev",
      ])
  }

  @Test(
    "A token, a password or a certificate of its own keeps the plugin from running",
    arguments: ["token: abc", "username: u\npassword: p", "client-certificate: f.pem\nclient-key: f.pem", "tokenFile: f.pem"])
  func explicit(_ user: String) throws {
    let exec = "\nexec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}"
    if case .plugin = try folder.access(user: user + exec).credentials { Issue.record("the plugin would run") }
    guard case .plugin = try folder.access(user: String(exec.dropFirst())).credentials else {
      throw Command.Failure(description: "the plugin would not run")
    }
  }

  @Test("Nothing that is printed of it has a secret")
  func printed() throws {
    let user = "token: s3cret\nclient-certificate-data: \(Self.pem)\nclient-key-data: \(Self.pem)"
    let access = try folder.access(user: user)
    let loaded = try Kubeconfig.load(file: folder.path + "/config", environment: ["TOKEN": "s3cret"])
    var dumped = ""
    dump(access, to: &dumped)
    dump(loaded, to: &dumped)
    for text in ["\(access)", "\(loaded)", String(reflecting: access), String(reflecting: loaded), dumped] {
      #expect(!text.contains("s3cret") && !text.contains("BEGIN"), "\(text)")
    }
  }
}

@Suite("Base64")
struct Base64Tests {
  @Test("What Foundation makes is read, and the other way round")
  func agrees() {
    for count in 0..<100 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ count) }
      let text = Data(bytes).base64EncodedString()
      #expect(Base64.encode(bytes) == text && Base64.decode(text) == bytes)
    }
    #expect(Base64.decode("YW\nJj\r\n") == Array("abc".utf8))
  }

  @Test("What is none is none", arguments: ["a", "abc", "ab=c", "====", "YW Jj", "YWJj=", "YW-_", "é===", "=abc"])
  func refused(_ text: String) { #expect(Base64.decode(text) == nil) }
}
