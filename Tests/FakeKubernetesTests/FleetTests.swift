import FakeKubernetes
import Foundation
import TestSupport
import Testing

@Suite("Many clusters in one process")
struct FleetTests {
  private struct Target {
    var name: String
    var url: String
    var token: String
    var limit = 100
  }

  /// Asks all of them for their version, at once.
  ///
  /// - Returns: those that told this one.
  private func ask(_ targets: [Target], for version: String, _ folder: TemporaryFolder) throws -> [String] {
    try folder.write(FakeAuthority.shared.ca, to: "own-ca.pem")
    let ca = FileManager.default.fileExists(atPath: folder.path + "/ca.pem") ? "ca.pem" : "own-ca.pem"
    let transfers = targets.map { target in
      """
      url = "\(target.url)/version"
      output = "\(folder.path)/\(target.name)"
      header = "Authorization: Bearer \(target.token)"
      cacert = "\(folder.path)/\(ca)"
      noproxy = "*"
      silent
      max-time = \(target.limit)

      """
    }
    let file = try folder.write(transfers.joined(separator: "next\n"), to: "transfers")
    _ = try Command.run(["curl", "-q", "-Z", "--parallel-max", "100", "-K", file])
    return targets.map(\.name).filter { (try? folder.text($0))?.contains("\"gitVersion\":\"\(version)\"") ?? false }
  }

  @Test("each has its own port, token and state, and one that changes changes alone")
  func changesAlone() throws {
    let server = try FakeServer()
    let names = (1...100).map { "c\($0)" }
    try server.add(names, .healthy(version: "v1.31.4"))
    #expect(Set(names.map(server.port)).count == names.count)
    #expect(Set(names.map(server.token)).count == names.count)
    server.update("c50") { $0.apiServers = ["v1.32.1"] }
    server.update("c51") { $0.fail("/version", .hang) }
    let targets = names.map { name in
      Target(name: name, url: server.url(name), token: server.token(name), limit: name == "c51" ? 1 : 100)
    }
    let folder = try TemporaryFolder()
    #expect(try ask(targets, for: "v1.31.4", folder) == names.filter { $0 != "c50" && $0 != "c51" })
    #expect(try folder.text("c50").contains(#""gitVersion":"v1.32.1""#))
    #expect(server.requestCount == names.count)
    server.stop()
    #expect(names.allSatisfy { server.openConnections($0) == 0 })
  }

  @Test("the program serves a thousand until its input ends, and tells how much it was asked")
  func program() throws {
    let folder = try TemporaryFolder()
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    let process = Process()
    process.executableURL = bundle.appendingPathComponent("fake-kubernetes")
    process.arguments = ["--clusters", "1000", "--nodes", "5", "--kubeconfig", folder.path + "/kubeconfig"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    defer { if process.isRunning { process.terminate() } }
    #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "ready\n")

    let kubeconfig = try folder.text("kubeconfig")
    func values(_ key: String) -> [String] {
      kubeconfig.split(separator: "\n").filter { $0.hasPrefix("    \(key): ") }.map { String($0.dropFirst(key.count + 6)) }
    }
    let ca = try #require(Data(base64Encoded: values("certificate-authority-data")[0]))
    try folder.write(Array(ca), to: "ca.pem")
    let targets = zip(values("server"), values("token")).enumerated().map { index, pair in
      Target(name: "answer-\(index)", url: pair.0, token: pair.1)
    }
    #expect(targets.count == 1000)
    #expect(try ask(targets, for: "v1.31.4", folder).count == 1000)

    try input.fileHandleForWriting.close()
    let rest = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(rest.hasPrefix("1000 requests on "))
  }
}
