import Fleet
import Host
import Report

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What the program prints: results to standard output, news of trouble to standard error.
enum Output {
  static func text(_ text: String) { write(text, to: STDOUT_FILENO) }

  static func line(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

  static func bytes(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  /// A policy or a fleet may have several problems: each is an error with its own hint.
  static func error(_ error: any Error) {
    let descriptions =
      switch error {
      case let error as PolicyError: error.problems.map(\.description)
      case FleetError.invalid(let problems): problems.map(\.description)
      default: ["\(error)"]
      }
    write(ErrorText.text(descriptions), to: STDERR_FILENO)
  }

  static func error(_ description: String) { write(ErrorText.text(description), to: STDERR_FILENO) }

  static func note(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

  /// As it is: what moves the cursor of a terminal.
  static func errorBytes(_ text: String) { write(text, to: STDERR_FILENO) }

  static func leave(_ code: Int32) -> Never { exit(code) }

  private static func write(_ text: String, to file: Int32) { write(Array(text.utf8), to: file) }

  /// A reader that went away is no error of ours.
  private static func write(_ bytes: [UInt8], to file: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

private func systemWrite(_ file: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int { write(file, start, count) }
