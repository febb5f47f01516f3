import Foundation
import Promotion
import TestSupport
import Testing

@testable import Observing

/// Foundation brings a module of the same name.
private typealias Observation = Observing.Observation

@Suite("The run: observer")
struct ObserverTests {
  let folder = try! TemporaryFolder()  // without one there is nothing to test

  private func observer(
    _ script: String, _ arguments: [String] = [], environment: [String: String] = [:], secrets: Set<String> = [],
    timeout: Duration = .seconds(300)
  ) -> CommandObserver {
    CommandObserver(
      arguments: ["sh", "-c", script, "observer"] + arguments, folder: folder.path,
      environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }, secrets: secrets, timeout: timeout)
  }

  /// What the observer makes of an answer.
  private func observe(printing answer: String) async throws -> Observation {
    try folder.write(answer, to: "answer")
    return await observer("cat answer").observe(ObservationTarget(cluster: "c1"))
  }

  @Test("A whole answer is read")
  func whole() async throws {
    let answer = """
      {"versions": {"kubernetes": "1.31.2", "automation": "2.0@sha256:ab"}, "healthy": false, "reasons": ["node n1 is not ready"],
       "groups": {"api": {"healthy": true, "reasons": []}, "web": {"reasons": ["slow"]}, "db": {}}}
      """
    #expect(
      try await observe(printing: answer)
        == .known(
          versions: ["kubernetes": Version("1.31.2"), "automation": Version("2.0@sha256:ab")], healthy: false,
          reasons: ["node n1 is not ready"],
          groups: [
            "api": GroupObservation(healthy: true), "web": GroupObservation(healthy: nil, reasons: ["slow"]),
            "db": GroupObservation(healthy: nil),
          ]))
  }

  @Test(
    "What is missing or null is not known, and the rest is",
    arguments: [
      #"{"versions": {}}"#, #"{"versions": {"kubernetes": null}, "healthy": null, "reasons": null, "groups": null}"#,
    ])
  func missing(answer: String) async throws {
    #expect(try await observe(printing: answer) == .known(versions: [:], healthy: nil, reasons: [], groups: [:]))
  }

  @Test(
    "Any other answer is unknown, and the reason names what is wrong",
    arguments: [
      ("", "the observer printed nothing"), (" \n", "the observer printed nothing"),
      ("ok", "the observer's answer is not JSON at 1:1: expected a value, found 'o'"),
      ("{\"versions\": {}}\n{}", "the observer's answer is not JSON at 2:1: expected the end, found '{'"),
      ("[]", "the observer's answer is a list, not an object"), ("{}", "the observer's answer has no \"versions\""),
      ("{\"healthy\": true}", "the observer's answer has no \"versions\""),
      ("{\"versions\": []}", "the observer's answer has a list for \"versions\", not an object"),
      ("{\"versions\": null}", "the observer's answer has null for \"versions\", not an object"),
      (
        "{\"versions\": {\"k\": 1.30}}",
        "the observer's answer has a number for the version of k, not a string, hint: put it in quotes"
      ),
      ("{\"versions\": {\"k\": \"\"}}", "the observer's answer has an empty version of k"),
      ("{\"versions\": {\"k\": \"1\\n2\"}}", "the observer's answer has a control character in the version of k"),
      ("{\"versions\": {\"k\": \"1\\u202e2\"}}", "the observer's answer has a control character in the version of k"),
      (
        "{\"versions\": {\"k\": \"\(String(repeating: "1", count: 257))\"}}",
        "the observer's answer has a version of k with 257 bytes, more than 256"
      ),
      ("{\"versions\": {}, \"healthy\": \"yes\"}", "the observer's answer has a string for \"healthy\", not true or false"),
      ("{\"versions\": {}, \"healthy\": 1}", "the observer's answer has a number for \"healthy\", not true or false"),
      ("{\"versions\": {}, \"reasons\": \"x\"}", "the observer's answer has no list of strings for \"reasons\""),
      ("{\"versions\": {}, \"reasons\": [1]}", "the observer's answer has no list of strings for \"reasons\""),
      ("{\"versions\": {}, \"groups\": []}", "the observer's answer has a list for \"groups\", not an object"),
      ("{\"versions\": {}, \"groups\": {\"a\": true}}", "the observer's answer has true or false for group a, not an object"),
      (
        "{\"versions\": {}, \"groups\": {\"a\": {\"healthy\": 0}}}",
        "the observer's answer has a number for \"healthy\" of group a, not true or false"
      ),
      (
        "{\"versions\": {}, \"groups\": {\"a\": {\"health\": true}}}",
        "the observer's answer has an unknown field \"health\" of group a, hint: it may have \"healthy\", \"reasons\""
      ),
      (
        "{\"versions\": {}, \"heathly\": true}",
        "the observer's answer has an unknown field \"heathly\", hint: it may have \"versions\", \"healthy\", \"reasons\", \"groups\""
      ),
      ("{\"versions\": {}, \"versions\": {}}", "the observer's answer is not JSON at 1:18: the key \"versions\" stands twice"),
      (String(repeating: "[", count: 100), "the observer's answer is not JSON at 1:17: nested more than 16 levels deep"),
    ])
  func wrong(answer: String, reason: String) async throws {
    #expect(try await observe(printing: answer) == .unknown(reason))
  }

  @Test("A version of 256 bytes is taken")
  func longest() async throws {
    let text = String(repeating: "1", count: 256)
    #expect(
      try await observe(printing: #"{"versions": {"k": "\#(text)"}}"#)
        == .known(versions: ["k": Version(text)], healthy: nil, reasons: [], groups: [:]))
  }

  @Test("Reasons are made fit to show: one line each, not too long, not too many")
  func reasons() async throws {
    let long = String(repeating: "é", count: 600)
    let many = Array(repeating: "\"x\"", count: 30).joined(separator: ",")
    let answer = #"{"versions": {}, "reasons": ["two\nlines\u001b[31m", "\#(long)", \#(many)]}"#
    guard case .known(_, _, let reasons, _) = try await observe(printing: answer) else {
      Issue.record("it must be known")
      return
    }
    #expect(reasons.count == 20)
    #expect(reasons[0] == "two lines [31m")
    #expect(reasons[1] == String(repeating: "é", count: 500) + "…")
  }

  @Test("An answer of 1 MiB is read, one byte more is not", arguments: [0, 1])
  func limit(more: Int) async throws {
    let text = #"{"versions": {}}"#
    let answer = text + String(repeating: " ", count: (1 << 20) - text.utf8.count + more)
    let expected: Observation =
      more == 0
      ? .known(versions: [:], healthy: nil, reasons: [], groups: [:])
      : .unknown("the observer's answer has more than 1 MiB")
    #expect(try await observe(printing: answer) == expected)
  }

  @Test(
    "An observer that fails is unknown, with its last words",
    arguments: [
      ("exit 3", "the observer exited with status 3"),
      ("echo '{\"versions\": {}}'; exit 1", "the observer exited with status 1"),
      ("echo one >&2; printf 'cannot reach it\\n\\n' >&2; exit 1", "the observer exited with status 1: cannot reach it"),
      ("kill -KILL $$", "the observer was ended by signal 9"),
    ])
  func failing(script: String, reason: String) async throws {
    #expect(await observer(script).observe(ObservationTarget(cluster: "c1")) == .unknown(reason))
  }

  @Test("An observer that takes too long is unknown", arguments: [(Duration.milliseconds(250), "250ms"), (.seconds(1), "1s")])
  func slow(timeout: Duration, words: String) async {
    let observation = await observer("sleep 1000", timeout: timeout).observe(ObservationTarget(cluster: "c1"))
    #expect(observation == .unknown("the observer gave no answer within \(words)"))
  }

  @Test("An observer that does not exist is unknown")
  func absent() async {
    let observer = CommandObserver(
      arguments: ["./look", "{cluster}"], folder: folder.path, environment: [:], secrets: [], timeout: .seconds(300))
    #expect(
      await observer.observe(ObservationTarget(cluster: "c1"))
        == .unknown("the observer: cannot start \(folder.path)/look: no such file or directory"))
  }

  @Test("Placeholders are replaced once, within an argument, and never read by a shell")
  func placeholders() async throws {
    let script = #"{ printf '%s|' "$@"; } > seen; echo '{"versions": {}}'"#
    let target = ObservationTarget(cluster: "c 1;$(id)", values: ["region": "{cluster}", "tier": "dev"])
    _ = await observer(
      script, ["--context={cluster}", "{region}/{tier}", "{}", "{\"a\": {tier}}", "{{tier}}", "${tier", "tier}"]
    ).observe(target)
    #expect(
      try folder.text("seen") == #"--context=c 1;$(id)|{cluster}/dev|{}|{"a": dev}|{dev}|${tier|tier}|"#)
  }

  @Test("A placeholder without a value is unknown, and nothing is started")
  func unknownPlaceholder() async {
    let observation = await observer("echo > started", ["{account}"]).observe(ObservationTarget(cluster: "c1"))
    #expect(observation == .unknown("the observer's argument {account} needs {account}, which has no value here"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/started"))
  }

  @Test("It gets the environment without the secrets, the cluster's name, its folder, and no input")
  func surroundings() async throws {
    let script = #"{ env | grep -v '^_=\|^PWD=\|^SHLVL=\|^OLDPWD=' | sort; pwd; cat; } > seen; echo '{"versions": {}}'"#
    _ = await observer(
      script, environment: ["KUBECONFIG": "k", "GITHUB_TOKEN": "t", "SLUICE_CLUSTER": "old"], secrets: ["GITHUB_TOKEN"]
    ).observe(ObservationTarget(cluster: "eu-1"))
    #expect(try folder.text("seen") == "KUBECONFIG=k\nPATH=/usr/bin:/bin\nSLUICE_CLUSTER=eu-1\n\(folder.path)\n")
  }
}

@Suite("Observing many clusters")
struct ObserveAllTests {
  let folder = try! TemporaryFolder()  // without one there is nothing to test

  private func observer(_ script: String) -> CommandObserver {
    CommandObserver(
      arguments: ["sh", "-c", script, "observer", "{cluster}"], folder: folder.path, environment: ["PATH": "/usr/bin:/bin"],
      secrets: [], timeout: .seconds(300))
  }

  private func targets(_ count: Int) -> [ObservationTarget] { (0..<count).map { ObservationTarget(cluster: "c\($0)") } }

  @Test("Answers come in the order of the clusters, each its own")
  func order() async {
    let results = await observer(#"echo "{\"versions\": {\"k\": \"$1\"}}""#).observeAll(targets(40), parallel: 8)
    #expect(
      results
        == targets(40).map {
          ClusterObservation(
            cluster: $0.cluster,
            observation: .known(versions: ["k": Version($0.cluster)], healthy: nil, reasons: [], groups: [:]))
        })
  }

  @Test("One slow cluster holds nobody up")
  func slowOne() async throws {
    // The first one ends only when all nineteen others have.
    let script = """
      if [ "$1" = c0 ]; then while [ "$(ls | grep -c '^c')" -lt 19 ]; do sleep 0.02; done; else : > "$1"; fi
      echo '{"versions": {}}'
      """
    let ended = Ended()
    let results = await observer(script).observeAll(targets(20), parallel: 2) { ended.add($0.cluster) }
    #expect(results.map(\.cluster) == targets(20).map(\.cluster))
    // The last of the others writes its file a moment before it ends.
    #expect(ended.names.suffix(2).contains("c0") && ended.names.count == 20)
  }

  @Test("No more run at once than allowed", arguments: [1, 3])
  func bounded(parallel: Int) async throws {
    // Each counts those that are under way with it.
    let script = """
      mkdir "on-$1"; ls -d on-* | wc -l >> counts; sleep 0.02; rmdir "on-$1"; echo '{"versions": {}}'
      """
    _ = await observer(script).observeAll(targets(12), parallel: parallel)
    let counts = try folder.text("counts").split(separator: "\n").compactMap { Int($0.filter(\.isNumber)) }
    #expect(counts.count == 12 && counts.allSatisfy { $0 <= parallel })
  }

  @Test("No clusters give no answers, and a bound below one still works", arguments: [0, 2])
  func few(count: Int) async {
    #expect(await observer("echo '{\"versions\": {}}'").observeAll(targets(count), parallel: 0).count == count)
  }
}

/// The order in which clusters ended; progress comes from one task at a time.
private final class Ended: @unchecked Sendable {
  private let lock = NSLock()
  private var list: [String] = []

  func add(_ name: String) { lock.withLock { list.append(name) } }
  var names: [String] { lock.withLock { list } }
}
