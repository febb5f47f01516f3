import Testing

/// The forges that scenarios are played on.
enum ForgeKind: String, Sendable, CaseIterable, CustomTestStringConvertible {
  case local, github

  var testDescription: String { "on the \(rawValue) forge" }

  /// The one that a world made now lives on.
  @TaskLocal static var current = ForgeKind.local
}

/// Plays each test of a suite once on every forge: the same story, the same end.
struct OnEveryForge: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func scopeProvider(for test: Test, testCase: Test.Case?) -> OnEveryForge? { testCase == nil ? nil : self }

  func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
    for forge in ForgeKind.allCases {
      try await ForgeKind.$current.withValue(forge) {
        do { try await function() } catch { throw OnForge(forge: forge, error: error) }
      }
    }
  }
}

/// An error with the forge that the world was on.
struct OnForge: Error, CustomStringConvertible {
  let forge: ForgeKind
  let error: any Error

  var description: String { "\(forge.testDescription): \(error)" }
}

extension Trait where Self == OnEveryForge {
  static var onEveryForge: OnEveryForge { OnEveryForge() }
}
