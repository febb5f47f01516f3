import Foundation
import Testing

/// The traps that the model and a review found (1 to 34), each with the tests that are named after it.
@Suite("Traps: each has a test that is named after it")
struct TrapIndexTests {
  /// By trap: the tests that name it, with the file that they are in.
  static let index: [Int: [String]] = {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    var index: [Int: [String]] = [:]
    for case let path as String in FileManager.default.enumerator(atPath: tests.path) ?? .init() where path.hasSuffix(".swift") {
      let text = (try? String(contentsOf: tests.appendingPathComponent(path), encoding: .utf8)) ?? ""
      for line in text.split(separator: "\n") {
        let isTest = line.contains("func `") || line.contains("@Test(\"") || line.contains("@Suite(\"")
        guard isTest else { continue }
        for match in line.matches(of: /[Tt]raps? (\d+)(?:(?:,| and) (\d+))*/) {
          let name = line.split(separator: line.contains("`") ? "`" : "\"").dropFirst().first ?? line
          for number in match.output.0.matches(of: /\d+/) {
            index[Int(number.output) ?? 0, default: []].append("\(path): \(name)")
          }
        }
      }
    }
    return index
  }()

  @Test(arguments: 1...34) func `a test is named after the trap`(_ trap: Int) {
    #expect(Self.index[trap]?.isEmpty == false)
  }
}
