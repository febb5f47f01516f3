import Foundation
import HTTP
import Host
import TestSupport
import Testing

@testable import Kubernetes

@Suite("Tokens in files, and the service account of a pod")
struct TokenTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("A token is read again after 50 seconds, and at once when it was refused")
  func rotation() throws {
    let file = TokenFile(try folder.write(" one\r\n\n", to: "token"), fallback: nil)
    #expect(try file.token(now: 1000).token.reveal() == "one")
    try folder.write("two", to: "token")
    let (kept, reading) = try file.token(now: 1049)
    #expect(kept.reveal() == "one")
    #expect(try file.token(now: 1050).token.reveal() == "two")
    try folder.write("three", to: "token")
    // News of a token that is no longer used changes nothing.
    file.refuse(reading: reading)
    #expect(try file.token(now: 1060).token.reveal() == "two")
    file.refuse(reading: try file.token(now: 1060).reading)
    #expect(try file.token(now: 1060).token.reveal() == "three")
    try folder.write("four", to: "token")
    #expect(try file.token(now: 10).token.reveal() == "four", "a clock that was set back")
  }

  @Test("While the file cannot be read, the token before it holds, then the one written beside it")
  func fallback() throws {
    let path = folder.path + "/token"
    for (text, words) in [(nil, "cannot read"), ("", "is empty"), (" \n", "is empty")] as [(String?, String)] {
      try? FileManager.default.removeItem(atPath: path)
      if let text { try folder.write(text, to: "token") }
      let error = try failure { () throws(KubernetesError) in try TokenFile(path, fallback: nil).token(now: 0).token }
      #expect(error.kind == .credentials && error.message.contains(words) && error.message.contains(path), "\(error)")
      #expect(try TokenFile(path, fallback: .init("inline")).token(now: 0).token.reveal() == "inline")
    }
    let file = TokenFile(try folder.write("one", to: "token"), fallback: .init("inline"))
    #expect(try file.token(now: 0).token.reveal() == "one")
    try FileManager.default.removeItem(atPath: path)
    #expect(try file.token(now: 100).token.reveal() == "one")
  }

  @Test("A token's file beside a token wins")
  func both() throws {
    try folder.write("filed", to: "token")
    guard case .tokenFile(let file) = try folder.access(user: "token: inline\ntokenFile: token").credentials else {
      throw Command.Failure(description: "no file")
    }
    #expect(try file.token(now: 0).token.reveal() == "filed")
  }

  @Test("In a pod", arguments: [("10.0.0.1", "https://10.0.0.1:6443/"), ("fd00::1", "https://[fd00::1]:6443/")])
  func pod(_ host: String, _ url: String) throws {
    try folder.write("t\n", to: "token")
    try folder.write("-----BEGIN CERTIFICATE-----\n", to: "ca.crt")
    let environment = ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "6443"]
    let access = try ClusterAccess.inCluster(environment: environment, folder: folder.path)
    #expect(access.server.text == url && access.namespace == "default")
    #expect(access.connection.trust == .only(.file(folder.path + "/ca.crt")))
    guard case .tokenFile(let file) = access.credentials else { throw Command.Failure(description: "no file") }
    #expect(try file.token(now: 0).token.reveal() == "t")
    try folder.write("mine\n", to: "namespace")
    #expect(try ClusterAccess.inCluster(environment: environment, folder: folder.path).namespace == "mine")
    let named = environment.merging(["POD_NAMESPACE": "told"]) { $1 }
    #expect(try ClusterAccess.inCluster(environment: named, folder: folder.path).namespace == "told")
  }

  @Test("What is missing in a pod, or that this is none")
  func noPod() throws {
    func words(_ environment: [String: String]) throws -> String {
      "\(try failure { () throws(KubernetesError) in try ClusterAccess.inCluster(environment: environment, folder: folder.path) })"
    }
    let pod = ["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"]
    for missing in pod.keys {
      #expect(try words(pod.filter { $0.key != missing }).hasPrefix("this is not a pod of a cluster"))
    }
    #expect(try words(pod).contains("the pod's service account: cannot read \(folder.path)/token"))
    try folder.write("t", to: "token")
    #expect(try words(pod).contains("\(folder.path)/ca.crt") && words(pod).contains("automountServiceAccountToken"))
    #expect(try words(["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "x"]).contains("make no address"))
  }
}
