import COpenSSL
import Foundation
import TestSupport

/// A child process with git in it, fed and read through sockets. (Foundation's `Process` cannot start beside many open files.)
final class Child {
  private let id: pid_t
  private let end: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var isWaitedFor = false

  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw Command.Failure(description: "no pair of sockets: \(errno)")
    }
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // Foundation's `Process` knows that its child has ended by a socket that must not live on in another child.
    fake_close_from(&actions, 3)
    let variables = Command.environment.merging(environment) { $1 }
    func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] { texts.map { strdup($0) } + [nil] }
    let words = copies(arguments)
    let environment = copies(variables.map { "\($0.key)=\($0.value)" })
    defer { for text in words + environment { free(text) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, arguments[0], &actions, nil, words, environment)
    guard code == 0 else {
      close(ends[0])
      throw Command.Failure(description: "\(arguments[0]) does not start: error \(code)")
    }
    id = child
    end = ends[0]
  }

  deinit {
    close(end)
    if !isWaitedFor {
      kill(id, SIGKILL)
      _ = wait()
    }
  }

  func write(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { send(end, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw Command.Failure(description: "the child does not read") }
      sent += count
    }
  }

  func endInput() { shutdown(end, Int32(SHUT_WR)) }

  private func fill() -> Bool {
    if start > 0 {
      buffer.removeFirst(start)
      start = 0
    }
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(end, &chunk, chunk.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      buffer += chunk[..<count]
      return true
    }
  }

  func line() -> String? {
    while true {
      if let place = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = place + 1 }
        return String(decoding: buffer[start..<place], as: UTF8.self)
      }
      guard fill() else { return nil }
    }
  }

  func bytes(_ count: Int) -> [UInt8]? {
    while buffer.count - start < count { guard fill() else { return nil } }
    defer { start += count }
    return Array(buffer[start..<(start + count)])
  }

  func rest() -> [UInt8] {
    while fill() {}
    return Array(buffer[start...])
  }

  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    isWaitedFor = true
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128
  }

  /// Runs a command to its end.
  static func run(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
  ) throws -> (status: Int32, output: [UInt8]) {
    let child = try Child(arguments, environment: environment)
    try? child.write(input)
    child.endInput()
    let output = child.rest()
    return (child.wait(), output)
  }
}
