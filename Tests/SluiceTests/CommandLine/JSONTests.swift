import Foundation
import TestSupport
import Testing

/// What scripts read. Its keys are pinned: a script that reads one today must read it tomorrow.
@Suite("JSON")
struct JSONTests {
  /// Every path of keys in a value, with the kind of what is there.
  private static func paths(_ value: Any, _ path: String = "") -> Set<String> {
    switch value {
    case let object as [String: Any]:
      object.reduce(into: []) { $0.formUnion(paths($1.value, path + "." + $1.key)) }
    case let array as [Any]:
      array.isEmpty ? [path + "[]"] : array.reduce(into: []) { $0.formUnion(paths($1, path + "[]")) }
    case is String: [path + " text"]
    case let number as NSNumber: [path + (isTruth(number) ? " truth" : " number")]
    default: [path + " nothing"]
    }
  }

  private static func isTruth(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }

  private static func parse(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
  }

  @Test func `every command that prints has a form for scripts, whose keys stay`() throws {
    let world = try World()
    try world.release("1.0.0")
    var events: [String: Set<String>] = [:]
    func run(_ arguments: String...) throws {
      let done = try Command.run(
        [Binary.path] + arguments + ["--format", "json"], in: world.path, environment: world.environment)
      #expect(done.status == 0)
      for line in done.output.split(separator: "\n") {
        let event = try Self.parse(String(line))
        let kind = (event as? [String: Any])?["event"] as? String ?? "an event without a name"
        events[kind, default: []].formUnion(Self.paths(event))
      }
      try world.advance(61)
    }
    var text = ""
    func look(_ moment: String, _ arguments: String...) throws {
      let value = try Self.parse(
        try Command.check(
          [Binary.path] + arguments + ["--format", "json"], in: world.path, environment: world.environment))
      text += "$ sluice \(arguments.joined(separator: " "))    # \(moment)\n"
      text += Self.paths(value).sorted().map { "  \($0)\n" }.joined()
    }
    try look("", "validate")
    try run("run")
    try world.release("1.1.0")
    while try world.openRequest("prod") == nil { try run("run") }
    try look("prod asks", "status")
    try look("prod asks", "explain")
    try look("prod asks", "explain", "prod", "--cluster", "p1")
    try look("prod asks", "plan")
    try look("prod asks", "forge", "list")
    try look("a person acts", "forge", "approve", "3")
    try look("a person acts", "forge", "label", "3", "sluice/hold")
    try look("a person acts", "forge", "unlabel", "3", "sluice/hold")
    try look("a person acts", "forge", "comment", "3", "good")
    try look("approved", "forge", "show", "3")
    try run("stop", "--reason", "a test")
    try run("run", "-v")
    try run("resume")
    try look("a person acts", "forge", "close", "3")
    try run("run", "--dry-run")
    try look("closed by a person", "explain", "prod")
    try world.mark("d1", "silent")
    try world.makeBad("1.2.0")
    try world.release("1.2.0")
    for _ in 0..<2 { try run("run") }
    try world.advance(700)
    try run("run", "-v")
    try look("degraded", "status")
    text += "\n# the events of runs\n"
    for (kind, paths) in events.sorted(by: { $0.key < $1.key }) {
      text += "\(kind)\n" + paths.sorted().map { "  \($0)\n" }.joined()
    }
    expectGolden(text, "json-keys.txt")
  }
}
