import Fleet
import Forge
import Git
import Host
import Jobs
import Ledger
import Report
import YAML

/// Exit codes as sysexits has them.
enum ExitStatus {
  static let usage: Int32 = 64
  static let badData: Int32 = 65
  static let unavailable: Int32 = 69
  static let ourBug: Int32 = 70
  static let tryAgain: Int32 = 75
  static let notPermitted: Int32 = 77
  static let jobFailed: Int32 = 1

  static func of(_ error: any Error) -> Int32 {
    switch error {
    case let error as GitError: error.exitCode
    case let error as LedgerError: of(error)
    case let error as ForgeError: error.exitCode
    case let error as HostError: of(error)
    case is PolicyError, is YAMLError, is TemplateError: badData
    case let error as FleetError:
      if case .unreadable(let cause) = error { of(cause) } else { badData }
    case let error as JobError: of(error)
    case let error as UsageError: error.code
    default: ourBug
    }
  }

  private static func of(_ error: LedgerError) -> Int32 {
    switch error {
    case .newerFormat, .damaged, .missing, .rewound: badData
    case .contended: tryAgain
    case .refused: notPermitted
    case .git(let error): error.exitCode
    }
  }

  private static func of(_ error: HostError) -> Int32 {
    switch error.kind {
    case .notPermitted, .readOnly: notPermitted
    case .noSpace: tryAgain
    case .notFound, .tooLarge, .invalid: badData
    case .cancelled: tryAgain
    case .io: unavailable
    }
  }

  private static func of(_ error: JobError) -> Int32 {
    switch error {
    case .noBase, .invalidSetting: badData
    case .unknownName: usage
    case .contended, .clockBehind: tryAgain
    case .notExact: jobFailed
    }
  }
}

/// The command line says something that can't be done.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  var code = ExitStatus.usage

  init(_ description: String, hint: String? = nil, code: Int32 = ExitStatus.usage) {
    self.description = hint.map { "\(description), hint: \($0)" } ?? description
    self.code = code
  }
}
