import Foundation
import TestSupport

/// A real Prometheus on loopback, which scrapes numbers that the test serves.
final class PrometheusServer: Sendable {
  private static let program = ["/usr/bin/prometheus", "/usr/local/bin/prometheus"].first(
    where: FileManager.default.isExecutableFile)
  static var isPresent: Bool { program != nil }
  static let absence = "there is no prometheus here (run scripts/setup --test)"

  /// One for all tests that leave it running.
  static func shared() throws -> PrometheusServer { try one.get() }
  private static let one: Result<PrometheusServer, any Error> = Result {
    let server = try PrometheusServer()
    atexit { try? PrometheusServer.one.get().stop() }
    return server
  }

  static let metrics = """
    app_errors{path="/a"} 0.002
    app_errors{path="/b"} 0.5
    app_errors{path="/c"} 0.03
    app_nan 0.1
    app_nan{path="/a"} NaN
    app_infinite +Inf
    app_cluster{cluster="eu.1"} 1
    app_cluster{cluster="euX1"} 100
    app_odd{name="a\\"b\\\\c"} 7

    """

  let port: Int
  private let folder: TemporaryFolder
  private let exporter: RawServer
  private let running: Running

  var url: String { "http://127.0.0.1:\(port)" }

  init() throws {
    folder = try TemporaryFolder()
    exporter = try RawServer { _ in Reply(200, Self.metrics, ["Content-Type: text/plain; version=0.0.4"]) }
    port = try SSHServer.freePort()
    try folder.write(
      """
      global: {scrape_interval: 200ms, scrape_timeout: 200ms}
      scrape_configs:
        - {job_name: app, static_configs: [{targets: ["127.0.0.1:\(exporter.port)"]}]}
      """, to: "prometheus.yml")
    running = try Command.start(
      [
        "timeout", "3000", Self.program ?? "prometheus", "--config.file=\(folder.path)/prometheus.yml",
        "--storage.tsdb.path=\(folder.path)/data", "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
      ], in: folder.path)
  }

  deinit { stop() }

  /// - Returns: when it answers, and has scraped; for a minute at most.
  func wait() async throws {
    for _ in 0..<600 {
      guard running.process.isRunning else {
        throw Command.Failure(description: "prometheus does not start: \(try running.wait().errors)")
      }
      let seen = try Command.run(["curl", "-q", "-s", "--noproxy", "*", "--max-time", "10", url + "/api/v1/query?query=app_odd"])
      if seen.output.contains("\"value\"") { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Command.Failure(description: "prometheus has scraped nothing for a minute")
  }

  func stop() {
    // `timeout` leads a process group of its own.
    kill(-running.process.processIdentifier, SIGKILL)
    try? FileManager.default.removeItem(atPath: folder.path)
  }
}
