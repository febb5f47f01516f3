import Foundation
import HTTP
import Host
import TestSupport
import Testing

@testable import Kubernetes

/// The plugins here are real scripts; each run leaves a line in the file `runs`.
@Suite("Credential plugins")
struct ExecTests {
  let folder: TemporaryFolder
  let clock = TestClock()
  static let far = Duration.seconds(300)
  static let v1 = "client.authentication.k8s.io/v1"

  init() throws { folder = try TemporaryFolder() }

  var runs: Int { ((try? folder.text("runs")) ?? "").split(separator: "\n").count }

  /// - Parameter more: fields of `exec` beside the command, as a flow mapping has them.
  func session(_ script: String, version: String = v1, _ more: String = "", cluster: String = "") throws -> ExecSession {
    _ = try folder.script("echo run >> \(folder.path)/runs\n" + script, "plugin")
    let access = try folder.access(
      cluster: "server: 'https://127.0.0.1:1'\n" + cluster,
      user: "exec: {command: ./plugin, apiVersion: \(version), interactiveMode: Never\(more)}")
    guard case .plugin(let session) = access.credentials else { throw Command.Failure(description: "no plugin") }
    return session
  }

  static func prints(_ status: String, version: String = v1, kind: String = "ExecCredential") -> String {
    "echo '{\"kind\": \"\(kind)\", \"apiVersion\": \"\(version)\", \"status\": \(status)}'"
  }

  func token(_ session: ExecSession) async throws -> String? {
    try await session.credential(plain, timeout: Self.far, now: clock.now).credential.token?.reveal()
  }

  func failed(
    _ session: ExecSession, timeout: Duration = far, _ place: SourceLocation = #_sourceLocation
  ) async throws -> KubernetesError {
    try await failure(place) { () async throws(KubernetesError) in
      try await session.credential(plain, timeout: timeout, now: clock.now)
    }
  }

  @Test("Without an expiry what it printed holds; many who ask at once run it once", arguments: [v1, v1 + "beta1"])
  func once(_ version: String) async throws {
    let session = try session(Self.prints(#"{"token": "t"}"#, version: version), version: version)
    let tokens = try await withThrowingTaskGroup(of: String?.self) { tasks in
      for _ in 0..<20 { tasks.addTask { try await token(session) } }
      return try await tasks.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(tokens == ["t"] && runs == 1)
    clock.advance(10_000_000)
    #expect(try await token(session) == "t")
    #expect(runs == 1)
  }

  @Test("At its expiry it runs again, and not before")
  func expiry() async throws {
    let date = RFC3339.text(seconds: clock.now + 60)
    let session = try session(
      "t=$(wc -l < \(folder.path)/runs)\necho \"{\\\"kind\\\": \\\"ExecCredential\\\", \\\"apiVersion\\\": \\\"\(Self.v1)\\\","
        + " \\\"status\\\": {\\\"token\\\": \\\"t$t\\\", \\\"expirationTimestamp\\\": \\\"\(date)\\\"}}\"")
    #expect(try await token(session) == "t1")
    clock.advance(59)
    #expect(try await token(session) == "t1")
    clock.advance(1)
    #expect(try await token(session) == "t2")
  }

  @Test("Refused credentials run it again, once for those who were refused together")
  func refused() async throws {
    let session = try session(Self.prints(#"{"token": "t"}"#))
    let first = try await session.credential(plain, timeout: Self.far, now: 0)
    await session.refuse(run: first.run)
    _ = try await token(session)
    // The other one's news of the old credentials comes late.
    await session.refuse(run: first.run)
    _ = try await token(session)
    #expect(runs == 2)
  }

  @Test("Clusters that share a plugin share its run; what it is told of the cluster tells them apart")
  func shared() async throws {
    _ = try folder.script("echo run >> \(folder.path)/runs\n" + Self.prints(#"{"token": "t"}"#), "plugin")
    for (told, expected) in [(false, 1), (true, 3)] {
      let exec = "{command: ./plugin, apiVersion: \(Self.v1), interactiveMode: Never, provideClusterInfo: \(told)}"
      let file = try folder.write(
        """
        users: [{name: u, user: {exec: \(exec)}}]
        clusters: [{name: a, cluster: {server: "https://a"}}, {name: b, cluster: {server: "https://b"}}]
        contexts: [{name: a, context: {cluster: a, user: u}}, {name: b, context: {cluster: b, user: u}}]
        """, to: "shared")
      let loaded = try Kubeconfig.load(file: file, environment: plain)
      for context in ["a", "b", "a"] {
        guard case .plugin(let session) = try loaded.access(context: context).credentials else { continue }
        #expect(try await token(session) == "t")
      }
      #expect(runs == expected)
    }
  }

  @Test("It gets its arguments and variables, what it is to print, and no standard input")
  func given() async throws {
    let session = try session(
      #"cat > \#(folder.path)/stdin; printf '%s\n' "$1" "$2" "$SECRET_TOKEN" "$LC_ALL" "$KUBERNETES_EXEC_INFO" > \#(folder.path)/saw"#
        + "\n" + Self.prints(#"{"token": "t"}"#),
      ", args: ['a b', ''], env: [{name: SECRET_TOKEN, value: 'x y'}, {name: EMPTY}]")
    _ = try await token(session)
    let saw = try folder.text("saw").split(separator: "\n", maxSplits: 4, omittingEmptySubsequences: false)
    #expect(saw[..<4] == ["a b", "", "x y", "C"])
    #expect(try folder.text("stdin").isEmpty)
    let info = try JSONValue(parsing: Array(saw[4].utf8))
    #expect(
      info
        == .object([
          "kind": .string("ExecCredential"), "apiVersion": .string(Self.v1), "spec": .object(["interactive": .bool(false)]),
        ]))
  }

  @Test("Where it asks for the cluster it is told of it, with the authority's file as data")
  func clusterInfo() async throws {
    try folder.write("-----BEGIN CERTIFICATE-----\n", to: "ca.pem")
    let session = try session(
      "printf '%s' \"$KUBERNETES_EXEC_INFO\" > \(folder.path)/saw\n" + Self.prints(#"{"token": "t"}"#),
      ", provideClusterInfo: true",
      cluster: """
        tls-server-name: name
        certificate-authority: ca.pem
        proxy-url: http://proxy:1
        extensions:
        - {name: other, extension: 1}
        - {name: client.authentication.k8s.io/exec, extension: {audience: x, deep: [1, 1.50, yes, null, "2"]}}
        """)
    _ = try await token(session)
    let cluster = try JSONValue(parsing: folder.read("saw"))["spec"]?["cluster"]
    #expect(
      cluster
        == .object([
          "server": .string("https://127.0.0.1:1"), "tls-server-name": .string("name"), "proxy-url": .string("http://proxy:1"),
          "certificate-authority-data": .string("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="),
          "config": .object([
            "audience": .string("x"),
            "deep": .array([.number("1"), .string("1.50"), .bool(true), .null, .string("2")]),
          ]),
        ]))
  }

  @Test("A certificate with its key, alone or beside a token")
  func certificate() async throws {
    let pem = #""clientCertificateData": "-----BEGIN C-----\n", "clientKeyData": "-----BEGIN K-----\n""#
    for (status, token) in [("{\(pem)}", nil), ("{\(pem), \"token\": \"t\"}", "t")] as [(String, String?)] {
      let session = try session(Self.prints(status).replacingOccurrences(of: #"\n"#, with: #"\\n"#))
      let credential = try await session.credential(plain, timeout: Self.far, now: 0).credential
      #expect(credential.certificate == Array("-----BEGIN C-----\n".utf8) && credential.token?.reveal() == token)
      #expect(credential.key?.reveal() == "-----BEGIN K-----\n")
    }
  }

  static let failures: [(script: String, words: String)] = [
    ("true", "printed nothing"),
    ("echo hello", "printed something other than one JSON object"),
    ("echo '[]'", "printed a list instead of an object"),
    (prints("{}", kind: "Pod"), "printed an object whose kind is not ExecCredential"),
    (
      prints(#"{"token": "s3cret"}"#, version: v1 + "beta1"),
      "answers with client.authentication.k8s.io/v1beta1, and was asked for client.authentication.k8s.io/v1, hint: make"
    ),
    ("echo '{\"kind\": \"ExecCredential\", \"apiVersion\": \"\(v1)\"}'", "printed no status"),
    (prints("{}"), "printed neither a token nor a client's certificate"),
    (prints(#"{"token": ""}"#), "printed neither a token nor a client's certificate"),
    (prints(#"{"token": 5}"#), "printed a number as status.token"),
    (prints(#"{"clientKeyData": "-----BEGIN s3cret"}"#), "printed a client's certificate or key, and not the other"),
    (
      prints(#"{"clientCertificateData": "x", "clientKeyData": "s3cret"}"#),
      "printed a client's certificate or key that is not PEM"
    ),
    (prints(#"{"token": "s3cret", "expirationTimestamp": "soon"}"#), "printed an expirationTimestamp that is no date"),
    ("exit 3", "the credential plugin plugin exited with status 3"),
    ("echo one >&2; echo 'login expired' >&2; echo >&2; exit 1", "exited with status 1: login expired"),
    ("printf 'a\\033[31mb\\n' >&2; exit 1", "exited with status 1: a [31mb"),
    ("kill -TERM $$", "was ended by signal 15"),
    ("head -c 1100000 /dev/zero | tr '\\0' a", "printed more than 1 MiB"),
    ("echo \"value $SECRET\" >&2; exit 1", "exited with status 1: value ***"),
    ("echo 'token=s3cret bad' >&2; exit 1", "exited with status 1: token=*** bad"),
    ("echo 'Authorization: Bearer s3cret' >&2; exit 1", "exited with status 1: Authorization: Bearer ***"),
    (
      "echo 'got k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9u from sts.us-east-1.amazonaws.com' >&2; exit 1",
      "got k8s-aws-v1.*** from sts.us-east-1.amazonaws.com"
    ),
    (
      prints(#"{"token": "s3cret", "clientKeyData": "s3cret"}"#) + "; echo 'I print s3cret' >&2", "and not the other: I print ***"
    ),
  ]

  @Test("Whatever goes wrong is said, never with a secret", arguments: failures)
  func fails(_ script: String, _ words: String) async throws {
    let error = try await failed(try session(script, ", env: [{name: SECRET, value: s3cret}]"))
    #expect(error.kind == .credentials && "\(error)".contains(words), "\(error)")
    #expect(!"\(error)".contains("s3cret"))
  }

  @Test("What it gave before is not in its errors either")
  func earlier() async throws {
    let session = try session(
      "if [ $(wc -l < \(folder.path)/runs) = 1 ]; then \(Self.prints(#"{"token": "opensesame"}"#)); else echo no opensesame >&2; exit 1; fi"
    )
    let first = try await session.credential(plain, timeout: Self.far, now: 0)
    await session.refuse(run: first.run)
    #expect(try await failed(session).message == "the credential plugin plugin exited with status 1: no ***")
  }

  @Test("A plugin that hangs is killed with all that it started, and the next who asks runs it anew")
  func hang() async throws {
    let session = try session(
      "if [ $(wc -l < \(folder.path)/runs) = 1 ]; then sleep 1000 & echo $! > \(folder.path)/child; wait; fi\n"
        + Self.prints(#"{"token": "t"}"#))
    let error = try await failed(session, timeout: .milliseconds(700))
    #expect(error.message == "the credential plugin plugin gave no answer within 700 ms", "\(error)")
    let child = try #require(Int32(try folder.text("child").trimmingCharacters(in: .newlines)))
    #expect(kill(child, 0) == -1 && errno == ESRCH)
    #expect(try await token(session) == "t")
  }

  @Test("When all who waited are cancelled it is ended")
  func cancelled() async throws {
    let session = try session("mkfifo \(folder.path)/gate; read word < \(folder.path)/gate")
    let waiting = (0..<2).map { _ in Task { try await failed(session) } }
    while runs == 0 { try await Task.sleep(for: .milliseconds(2)) }
    for task in waiting { task.cancel() }
    for task in waiting { #expect(try await task.value.kind == .unreachable(.cancelled)) }
  }

  @Test("A command that is not there shows the kubeconfig's own hint")
  func missing() async throws {
    let exec = "{command: no-such-plugin, apiVersion: \(Self.v1), interactiveMode: Never"
    for (hint, words) in [
      (", installHint: \"get it:\\n  brew install it\"", "get it:   brew install it"), ("", "install it, or check exec.command"),
    ] {
      let access = try folder.access(user: "exec: \(exec)\(hint)}")
      guard case .plugin(let session) = access.credentials else { throw Command.Failure(description: "no plugin") }
      #expect(
        "\(try await failed(session))"
          == "the credential plugin no-such-plugin cannot be started: there is no such command or interpreter, hint: \(words)")
    }
  }

  @Test("Only what looks like a secret is taken out of a plugin's words")
  func likeness() {
    for text in [
      "Unable to locate credentials. You can configure them with aws configure.",
      "no such file /usr/lib/python3/dist-packages/x.py",
      "https://sts.us-east-1.amazonaws.com: 403", "the token is expired", "x=1 y=2",
    ] { #expect(SecretLikeness.redact(text) == text) }
    #expect(
      SecretLikeness.redact("id eyJhbGciOiJSUzI1NiIsImtpZCI6.eyJpc3MiOiJrdWJlcm5ldGVzL3.c2ln_12345678901234567")
        == "id ***.***.***")
    #expect(SecretLikeness.redact("password=abc, key=d") == "password=***, key=***")
  }
}
