import FakeKubernetes
import Fleet
import Foundation
import Promotion
import TestSupport
import Testing
import YAML

@testable import Observing

@Suite("Versions that are written down")
struct WrittenVersionTests {
  private func read(_ text: String, _ pattern: String?) throws -> String {
    let pattern = try pattern.map { try ValuePattern($0) }
    do { return try WrittenVersion.read(text, pattern, in: "it").text } catch { return error.text }
  }

  @Test(
    "A text is read by the component's pattern where that occurs, else whole",
    arguments: [
      (" 1.2.3\n", nil, "1.2.3"), ("v1.2.3", "v{version}", "1.2.3"), ("1.2.3", "ghcr.io/acme/api:{version}", "1.2.3"),
      ("ref=v2", "ref={version}", "v2"), ("", nil, "it is empty"), (" \n", "v{version}", "it is empty"),
      ("a 1", nil, "it is no version, it holds a space or a control character: \"a 1\""),
      ("v1 v2", "v{version}", "it holds v{version} more than once: \"v1 v2\""),
      ("1\u{202e}2", nil, "it holds a control character"),
      (
        String(repeating: "1", count: 257), nil,
        "it is no version, it has 257 bytes, at most 256 are allowed: \"\(String(repeating: "1", count: 80))…\""
      ),
    ] as [(String, String?, String)])
  func text(text: String, pattern: String?, result: String) throws { #expect(try read(text, pattern) == result) }

  // MARK: ConfigMaps

  private func configMap(_ data: [String: String], key: String = "automation", _ pattern: String? = nil) async throws -> Sample {
    let fixture = try ReaderFixture { $0.configMaps = [FakeConfigMap("info-prod", namespace: "eu-1", data: data)] }
    return try await fixture.sample(.configMap(namespace: "{cluster}", name: "info-{tier}", key: key), pattern)
  }

  @Test("A key of a ConfigMap is read, trimmed")
  func key() async throws {
    #expect(try await configMap(["automation": " v1.4.2\n", "other": "x"], "v{version}") == .version("1.4.2"))
  }

  @Test(
    "A key that is absent, empty or no version is a gap",
    arguments: [
      ([:], "configMap eu-1/info-prod has no key automation, it is empty"),
      (["b": "", "a": ""], "configMap eu-1/info-prod has no key automation (it has a, b)"),
      (["automation": "\n"], "the key automation of configMap eu-1/info-prod is empty"),
      (
        ["automation": "a: 1\nb: 2"],
        "the key automation of configMap eu-1/info-prod is no version, it holds a space or a control character: \"a: 1 b: 2\""
      ),
    ] as [([String: String], String)])
  func badKey(data: [String: String], why: String) async throws {
    #expect(try await configMap(data) == .gap("configMap eu-1/info-prod", why))
  }

  @Test("A ConfigMap that is absent is a gap")
  func absent() async throws {
    let sample = try await ReaderFixture().sample(.configMap(namespace: "a", name: "b", key: "c"))
    #expect(sample == .gap("configMap a/b", "there is no configMap a/b"))
  }

  @Test("Binary data is no version")
  func binary() async throws {
    let server = try RawServer { connection in
      while connection.request() != nil {
        try connection.send(
          Reply(200, #"{"kind": "ConfigMap", "binaryData": {"c": "MS4y"}}"#, ["Content-Type: application/json"]).bytes)
      }
    }
    let folder = try TemporaryFolder()
    let file = try folder.write(
      """
      {apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c}}],
       clusters: [{name: c, cluster: {server: "http://127.0.0.1:\(server.port)"}}]}
      """, to: "kubeconfig")
    let reader = ComponentReader(
      "api", .configMap(namespace: "a", name: "b", key: "c"), pattern: nil, means: ReaderFixture.means(nil))
    let sample = await reader.sample(ObservationTarget(cluster: "c"), try ReaderFixture.client(file))
    #expect(sample == .gap("configMap a/b", "the key c of configMap a/b holds binary data, not a version"))
  }

  // MARK: Commands

  private func command(_ script: String, _ pattern: String? = nil) async throws -> Sample {
    try await ReaderFixture().sample(
      .command(["sh", "-c", script, "read", "{cluster}", "{tier}"], timeout: .seconds(300)), pattern)
  }

  @Test("The one line that a command prints is the version")
  func line() async throws {
    #expect(try await command(#"echo "$1-$2-$SLUICE_CLUSTER""#) == .version("eu-1-prod-eu-1"))
    #expect(try await command("echo v1.2", "v{version}") == .version("1.2"))
  }

  @Test(
    "Anything else that a command does is a gap",
    arguments: [
      ("true", "the command printed nothing"),
      ("printf '1\\n2\\n'", "the command printed more than one line, hint: print the version alone"),
      ("echo 1; echo no access >&2; exit 1", "the command exited with status 1: no access"),
      ("printf '\\377'", "the command's answer is not UTF-8 text"), ("kill -9 $$", "the command was ended by signal 9"),
      ("head -c 2000000 /dev/zero", "the command's answer has more than 1 MiB"),
      ("echo '1 2'", "the command's answer is no version, it holds a space or a control character: \"1 2\""),
    ])
  func noLine(script: String, why: String) async throws { #expect(try await command(script) == .gap("command api", why)) }

  @Test("A command that needs what is not there, or takes too long, is a gap")
  func noCommand() async throws {
    let fixture = try ReaderFixture()
    #expect(
      try await fixture.sample(.command(["sh", "{region}"], timeout: .seconds(300)))
        == .gap("command api", "the command's argument {region} needs {region}, which has no value here"))
    #expect(
      try await fixture.sample(.command(["sleep", "1000"], timeout: .milliseconds(250)))
        == .gap("command api", "the command gave no answer within 250ms"))
  }
}
