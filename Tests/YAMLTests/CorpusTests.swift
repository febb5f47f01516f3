import TestSupport
import Testing
import YAML

/// Real edits of real files; the counts are printed.
@Suite("The corpus of real version bumps", .enabled(if: Corpus.isPresent, "\(Corpus.absence)"), .serialized)
struct CorpusTests {
  /// Where the author left a value without quotes that reads as a number then: id and the values that we quote.
  static let quotedByUs: [String: [String]] = [
    "cloudfoundry/cf-deployment#0104": ["2019.88"], "sapcc/helm-charts#0029": ["5781e917"],
    "sapcc/helm-charts#0091": ["20240801154321"], "nais/helm-charts#0089": ["1.10"],
  ]

  private enum Outcome: Equatable {
    case exact, quoted, refused(String), wrong(String)
  }

  private func apply(_ test: CorpusCase, _ change: ([UInt8]) -> [UInt8] = { $0 }) -> Outcome {
    do {
      let result = try YAMLFile(change(test.before), name: test.id).applying(test.yamlEdits)
      if result == change(test.after) { return .exact }
      var quoted = String(decoding: change(test.after), as: UTF8.self)
      for value in Self.quotedByUs[test.id] ?? [] {
        guard quoted.components(separatedBy: " \(value)").count == 2 else { return .wrong("the value is not there once") }
        quoted = quoted.replacing(" \(value)", with: " \"\(value)\"")
      }
      return result == Array(quoted.utf8)
        ? .quoted
        : .wrong(
          UnifiedDiff.text(old: change(test.after), new: result, name: test.id))
    } catch {
      return .refused("\(error)")
    }
  }

  private func check(_ name: String, _ cases: [CorpusCase], _ change: ([UInt8]) -> [UInt8] = { $0 }) {
    var (exact, refused, quoted) = (0, 0, Set<String>())
    for test in cases {
      switch apply(test, change) {
      case .exact: exact += 1
      case .quoted: quoted.insert(test.id)
      case .refused(let error):
        refused += 1
        #expect(test.hasDuplicateKeys, "\(error)")
      case .wrong(let difference): Issue.record("\(test.id):\n\(difference)")
      }
    }
    print(
      "corpus, \(name): \(cases.count) cases, \(exact) byte for byte, \(quoted.count) quoted by us, \(refused) refused for duplicate keys"
    )
    #expect(quoted == Set(Self.quotedByUs.keys).intersection(cases.map(\.id)))
    #expect(cases.count > 1000)
  }

  @Test("every exact case gives the author's bytes")
  func exactCases() {
    let cases = CorpusCase.all.filter(\.isExact)
    #expect(cases.count == 1830)
    check("as it is", cases)
  }

  @Test("every exact case holds with CR LF")
  func carriageReturns() {
    let cases = CorpusCase.all.filter { $0.isExact && !$0.before.contains(0x0D) && !$0.after.contains(0x0D) }
    check("with CR LF", cases, withCarriageReturns)
  }

  @Test("every exact case holds with a byte order mark")
  func byteOrderMark() {
    check("with a byte order mark", CorpusCase.all.filter(\.isExact)) { [0xEF, 0xBB, 0xBF] + $0 }
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
