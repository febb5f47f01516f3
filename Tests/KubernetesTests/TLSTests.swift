import Foundation
import HTTP
import Host
import TestSupport
import Testing

@testable import Kubernetes

/// A kubeconfig, a real handshake, and the words when it fails.
@Suite("Clusters over TLS")
struct KubernetesTLSTests {
  let folder: TemporaryFolder
  let authority = try! TestAuthority.shared()  // without openssl there is nothing to test

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"gitVersion\": \"v1.33.1\"}", to: "pages/version")
  }

  func server(_ certificate: String, _ arguments: [String] = []) throws -> TLSServer {
    try TLSServer(authority, certificate: certificate, arguments, answers: folder.path + "/pages")
  }

  func client(_ server: TLSServer, _ cluster: String, user: String = "token: abc", host: String = "localhost") throws
    -> KubernetesClient
  {
    let access = try folder.access(cluster: "server: https://\(host):\(server.port)\n" + cluster, user: user)
    return KubernetesClient(access, http: HTTPClient(), environment: plain, timeout: .seconds(60))
  }

  var ca: String { "certificate-authority: \(authority.folder.path)/ca.pem" }

  func failed(_ client: KubernetesClient) async throws -> KubernetesError {
    try await failure { () async throws(KubernetesError) in try await client.get("/version") }
  }

  @Test("The authority as a file and as data, another name, and no verification at all")
  func trusted() async throws {
    let good = try server("good")
    let data = Data(try authority.folder.read("ca.pem")).base64EncodedString()
    for cluster in [ca, "certificate-authority-data: \(data)", "insecure-skip-tls-verify: true"] {
      #expect(try await client(good, cluster).get("/version").text == #"{"gitVersion": "v1.33.1"}"#)
    }
    let other = try server("name")
    #expect(try await client(other, ca + "\ntls-server-name: kubernetes.example").get("/version").status == 200)
  }

  @Test("Expired, another name, an unknown authority, no TLS")
  func failures() async throws {
    for (certificate, words) in [
      ("expired", "cannot GET /version: the server's certificate has expired"),
      ("name", "the server's certificate is for other names than localhost"),
    ] {
      let server = try server(certificate)
      let error = try await failed(client(server, ca))
      #expect(error.kind == .unreachable(.tls) && error.message.contains(words) && error.hint != nil, "\(error)")
    }
    let good = try server("good")
    let unknown = try await failed(client(good, ""))
    #expect(
      unknown.kind == .unreachable(.tls) && unknown.message.contains("signed by no authority that is trusted"), "\(unknown)")
  }

  @Test("A client's certificate by file and by data; without it the words say what is wanted")
  func clientCertificate() async throws {
    let place = authority.folder.path
    let server = try server("good", ["-Verify", "1", "-verify_return_error", "-CAfile", place + "/ca.pem"])
    func data(_ name: String) throws -> String { Data(try authority.folder.read(name)).base64EncodedString() }
    for user in [
      "client-certificate: \(place)/client.pem\nclient-key: \(place)/client.key",
      "client-certificate-data: \(try data("client.pem"))\nclient-key-data: \(try data("client.key"))",
    ] { #expect(try await client(server, ca, user: user).get("/version").status == 200) }
    let none = try await failed(client(server, ca))
    #expect(none.kind == .unreachable(.tls) && none.message.contains("wants a client certificate"), "\(none)")
  }

  @Test("A plugin's certificate is shown to the server")
  func pluginCertificate() async throws {
    let place = authority.folder.path
    let server = try server("good", ["-Verify", "1", "-verify_return_error", "-CAfile", place + "/ca.pem"])
    _ = try folder.script(
      """
      pem() { awk '{ printf "%s\\\\n", $0 }' "\(place)/$1"; }
      printf '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"clientCertificateData": "%s", "clientKeyData": "%s"}}' \
      "$(pem client.pem)" "$(pem client.key)"
      """, "plugin")
    let exec = "exec: {command: ./plugin, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}"
    #expect(try await client(server, ca, user: exec).get("/version").status == 200)
  }

  @Test("The token of a kubeconfig goes over https")
  func token() async throws {
    let mute = try TLSServer(authority, certificate: "good", isMute: true)
    let access = try folder.access(cluster: "server: https://localhost:\(mute.port)\n" + ca, user: "token: abc\nas: jane")
    let client = KubernetesClient(access, http: HTTPClient(), environment: plain, timeout: .seconds(1))
    _ = try await failed(client)
    let seen = try mute.stop()
    #expect(seen.contains("Authorization: Bearer abc\r\n") && seen.contains("Impersonate-User: jane\r\n"), "\(seen)")
  }
}
