import Foundation
import HTTP
import Host
import TestSupport
import Testing

@testable import Kubernetes

@Suite("Kubeconfig files")
struct KubeconfigTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func config(_ text: String, _ name: String) throws -> String { try folder.write(text, to: name) }

  @Test("Of entries with one name the first file's wins whole; so does the first current-context that is set")
  func merge() throws {
    let first = try config(
      """
      current-context: ""
      clusters: [{name: a, cluster: {server: "https://first"}}]
      contexts: [{name: one, context: {cluster: a, namespace: x}}]
      """, "1")
    let second = try config(
      """
      current-context: one
      clusters: [{name: a, cluster: {server: "https://second", tls-server-name: name}}, {name: b, cluster: {server: "https://b"}}]
      contexts: [{name: one, context: {cluster: b, user: u}}]
      users: [{name: u, user: {token: t}}]
      """, "2")
    let third = try config("current-context: other\n", "3")
    // De-duplicated, the missing and the empty skipped.
    let list = [first, folder.path + "/none", "", second, first, third].joined(separator: ":")
    let merged = try Kubeconfig.load(file: nil, environment: ["KUBECONFIG": list])
    #expect(merged.files == [first, folder.path + "/none", second, third])
    #expect(merged.currentContext == "one" && merged.contextNames == ["one"])
    let access = try merged.access(context: nil)
    #expect(access.server.text == "https://first/" && access.namespace == "x")
    #expect(access.connection.serverName == nil)
    #expect(merged.clusters["b"] != nil && merged.users["u"] != nil)
  }

  @Test("Without KUBECONFIG it is .kube/config in HOME; a named file is the only one and must be there")
  func places() throws {
    let home = try config(kubeconfigText(), ".kube/config")
    for kubeconfig in [nil, ""] {
      var environment = ["HOME": folder.path]
      environment["KUBECONFIG"] = kubeconfig
      #expect(try Kubeconfig.load(file: nil, environment: environment).currentContext == "main")
    }
    let named = try config("current-context: named\n", "named")
    #expect(
      try Kubeconfig.load(file: named, environment: ["KUBECONFIG": home, "HOME": folder.path]).currentContext == "named")
    let error = try failure { () throws(KubernetesError) in
      try Kubeconfig.load(file: folder.path + "/no", environment: ["HOME": folder.path])
    }
    #expect(error.kind == .configuration && error.message == "there is no kubeconfig \(folder.path)/no")
  }

  @Test("Nothing at all is empty, and says so when a context is wanted")
  func empty() throws {
    for (environment, words) in [
      ([:], "neither KUBECONFIG nor HOME is set"), (["HOME": "/nonexistent"], "/nonexistent/.kube/config"),
      (["KUBECONFIG": "/nonexistent/a:/nonexistent/b"], "/nonexistent/a, /nonexistent/b"),
    ] {
      let none = try Kubeconfig.load(file: nil, environment: environment)
      #expect(none.isEmpty)
      let error = try failure { () throws(KubernetesError) in try none.access(context: nil) }
      #expect(error.message == "there is no kubeconfig: \(words)", "\(error)")
    }
    #expect(try Kubeconfig.load(file: config("", "e"), environment: [:]).isEmpty)
    #expect(try Kubeconfig.load(file: config("# nothing\n", "e"), environment: [:]).isEmpty)
  }

  @Test("A folder, or too many bytes, is an error where a missing file is none")
  func unreadable() throws {
    let error = try failure { () throws(KubernetesError) in
      try Kubeconfig.load(file: nil, environment: ["KUBECONFIG": folder.path])
    }
    #expect(error.message.contains("it is a folder"), "\(error)")
  }

  static let broken: [(text: String, words: String)] = [
    ("clusters: [", ":1:"),
    ("[1]", "1:1: kubeconfig: expected a mapping, found a list"),
    ("hello", "1:1: kubeconfig: expected a mapping, found a string"),
    ("kind: Pod", "1:7: kind is Pod, and of a kubeconfig Config"),
    ("apiVersion: v2", "1:13: apiVersion is v2, and of a kubeconfig v1"),
    ("users: {}", "1:8: kubeconfig: users: expected a list, found a mapping"),
    ("users: [1]", "1:9: users: expected a mapping, found a number"),
    ("users:\n- name: 5\n", "2:9: users: name: expected a string, found a number, hint: put it in quotes"),
    (
      "users:\n- name: u\n  user: {token: 5}",
      "3:17: user \"u\": token: expected a string, found a number, hint: put it in quotes"
    ),
    ("users:\n- name: u\n  user: {as-uid: yes}", "3:18: user \"u\": as-uid: expected a string, found true or false"),
    ("users:\n- name: u\n  user: {as-groups: x}", "3:21: user \"u\": as-groups: expected a list, found a string"),
    ("users:\n- name: u\n  user: {client-key-data: '!!'}", "3:27: user \"u\": client-key-data is not base64"),
    ("users:\n- name: u\n  user: {token: s3cret, token: t0ken}", "3:25: user \"u\": the key token stands twice, first in line 3"),
    ("users:\n- name: u\n- name: u\n", "3:9: user \"u\" stands twice in users, hint: rename or remove one of them"),
    (
      "clusters:\n- name: c\n  cluster: {insecure-skip-tls-verify: 'true'}",
      "3:39: cluster \"c\": insecure-skip-tls-verify: expected true or false, found a string"
    ),
    ("users:\n- name: u\n  user:\n    exec: {env: [{value: x}]}", "4:18: user \"u\": exec: a variable in env has no name"),
  ]

  @Test("What cannot be read names file, line and column, and shows no value", arguments: broken)
  func isRefused(_ text: String, _ words: String) throws {
    let file = try config(text, "bad")
    let error = try failure { () throws(KubernetesError) in try Kubeconfig.load(file: file, environment: [:]) }
    #expect(error.kind == .configuration)
    #expect("\(error)".hasPrefix("\(file):") && "\(error)".contains(words), "\(error)")
    #expect(!"\(error)".contains("s3cret") && !"\(error)".contains("t0ken"))
  }

  @Test("Unknown keys, nulls and further documents are passed over; JSON is read too")
  func tolerant() throws {
    let yaml = try config(
      """
      unknown: {a: [1]}
      preferences: {}
      current-context: c
      clusters: [{name: c, cluster: {server: "https://h", extensions: null, new-thing: 5}}]
      contexts: [{name: c, context: {cluster: c, user: "", extensions: [{name: x, extension: {}}]}, more: 1}]
      users: null
      ---
      users: [{name: 5}]
      """, "y")
    #expect(try Kubeconfig.load(file: yaml, environment: [:]).access(context: nil).server.text == "https://h/")
    let json = try config(
      "{\n\t\"kind\": \"Config\", \"clusters\": [{\"name\": \"c\", \"cluster\": {\"server\": \"https:\\/\\/j\"}}],\n"
        + "\t\"contexts\": [{\"name\": \"x\", \"context\": {\"cluster\": \"c\"}}]}", "j")
    #expect(try Kubeconfig.load(file: json, environment: [:]).access(context: "x").server.text == "https://j/")
  }

  @Test("A context, cluster or user that is not there is told with what was meant")
  func absent() throws {
    let file = try config(
      """
      clusters: [{name: prod-eu, cluster: {server: "https://h"}}]
      contexts:
      - {name: prod, context: {cluster: prod-ue}}
      - {name: user, context: {cluster: prod-eu, user: nobody}}
      - {name: none, context: {user: x}}
      """, "c")
    let loaded = try Kubeconfig.load(file: file, environment: [:])
    func words(_ context: String?) throws -> String {
      "\(try failure { () throws(KubernetesError) in try loaded.access(context: context) })"
    }
    #expect(try words(nil) == "the kubeconfig has no current-context (\(file)), hint: name a context: none, prod, user")
    #expect(try words("prot") == "there is no context \"prot\" in \(file), hint: did you mean prod?")
    #expect(try words("zzzzzzzz").hasSuffix("hint: there are: none, prod, user"))
    #expect(
      try words("prod") == "\(file):3:35: context \"prod\": there is no cluster \"prod-ue\", hint: did you mean prod-eu?")
    #expect(try words("user") == "\(file):4:50: context \"user\": there is no user \"nobody\", hint: there are none")
    #expect(try words("none") == "\(file):5:3: context \"none\" names no cluster")
    #expect(try words("a\u{1B}[2J\nb").contains("\"a [2J b\""))
  }

  @Test("Paths are relative to the folder of the file that they stand in")
  func relative() throws {
    let pem = "-----BEGIN CERTIFICATE-----\n"
    for name in ["a/ca.pem", "b/me.pem", "b/me.key", "b/token"] { try folder.write(pem, to: name) }
    let first = try config(
      """
      current-context: c
      contexts: [{name: c, context: {cluster: c, user: u}}, {name: e, context: {cluster: c, user: e}}]
      clusters: [{name: c, cluster: {server: "https://h", certificate-authority: ca.pem}}]
      """, "a/config")
    let second = try config(
      """
      users:
      - {name: u, user: {client-certificate: ../b/me.pem, client-key: me.key, tokenFile: ./token}}
      - name: e
        user: {exec: {command: bin/plugin, apiVersion: client.authentication.k8s.io/v1beta1}}
      - name: f
        user: {exec: {command: plugin, apiVersion: client.authentication.k8s.io/v1beta1}}
      """, "b/config")
    let both = try Kubeconfig.load(file: nil, environment: ["KUBECONFIG": "\(first):\(second)"])
    let access = try both.access(context: nil)
    #expect(access.connection.trust == .only(.file("\(folder.path)/a/ca.pem")))
    #expect(access.connection.certificate == .file("\(folder.path)/b/../b/me.pem"))
    #expect(access.connection.key == .file("\(folder.path)/b/me.key"))
    #expect(both.users["u"]?.tokenFile?.value == "\(folder.path)/b/./token")
    #expect(both.users["e"]?.exec?.command?.value == "\(folder.path)/b/bin/plugin")
    #expect(both.users["f"]?.exec?.command?.value == "plugin")
  }
}
