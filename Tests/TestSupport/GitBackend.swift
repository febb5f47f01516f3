import Foundation

/// The real `git http-backend`, run as a CGI program for one request.
package struct GitBackend: Sendable {
  /// Below it are the repositories.
  package var root: String
  /// Settings as `git -c` takes them, beside those that let it serve and receive at all.
  package var configuration: [String: String]
  package var environment: [String: String]

  package init(root: String, configuration: [String: String] = [:], environment: [String: String] = [:]) {
    self.root = root
    self.configuration = configuration
    self.environment = environment
  }

  package struct Head: Sendable {
    package var status = 200
    package var headers: [(name: String, value: String)] = []
  }

  /// - Parameters:
  ///   - request: its target is the path below the root, and the query.
  ///   - user: who is logged in, for hooks (REMOTE_USER).
  ///   - head: told once, before the body.
  ///   - body: given the answer's body part by part; when it throws, git is ended.
  package func run(
    _ request: RawRequest, user: String? = nil, head: (Head) throws -> Void, body: ([UInt8]) throws -> Void
  ) throws {
    let input = try Self.file(holding: request.body)
    defer { close(input) }
    // Not a pipe: of these no other child can inherit an end, not even for a moment.
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw Command.Failure(description: "no pair of sockets: \(errno)")
    }
    defer { close(ends[0]) }
    let child = try start(variables(request, user), input: input, output: ends[1])
    var isEnded = false
    defer {
      if !isEnded { kill(child, SIGKILL) }
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0, errno == EINTR {}
    }
    var waiting: [UInt8] = []
    var isHeadGiven = false
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(ends[0], &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      if isHeadGiven {
        try body(Array(chunk[..<count]))
        continue
      }
      waiting += chunk[..<count]
      guard let (parsed, rest) = Self.head(waiting) else { continue }
      isHeadGiven = true
      try head(parsed)
      if !rest.isEmpty { try body(Array(rest)) }
    }
    isEnded = true
    if !isHeadGiven { try head(Head(status: 500)) }
  }

  /// As `run`, for small answers.
  package func answer(_ request: RawRequest, user: String? = nil) throws -> (head: Head, body: [UInt8]) {
    var result = (head: Head(), body: [UInt8]())
    try run(request, user: user, head: { result.head = $0 }, body: { result.body += $0 })
    return result
  }

  private static func head(_ bytes: [UInt8]) -> (Head, ArraySlice<UInt8>)? {
    var head = Head()
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = String(decoding: rest[..<end], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      rest = rest[(end + 1)...]
      if line.isEmpty { return (head, rest) }
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      if line[..<colon].lowercased() == "status" {
        head.status = Int(value.prefix(3)) ?? 500
      } else {
        head.headers.append((String(line[..<colon]), value))
      }
    }
    return nil
  }

  private func variables(_ request: RawRequest, _ user: String?) -> [String: String] {
    let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var result = Command.environment
    result["GIT_PROJECT_ROOT"] = root
    result["GIT_HTTP_EXPORT_ALL"] = "1"
    result["REQUEST_METHOD"] = request.method
    result["PATH_INFO"] = parts[0].removingPercentEncoding ?? String(parts[0])
    result["QUERY_STRING"] = parts.count > 1 ? String(parts[1]) : ""
    result["CONTENT_LENGTH"] = String(request.body.count)
    result["REMOTE_ADDR"] = "127.0.0.1"
    result["REMOTE_USER"] = user
    result["CONTENT_TYPE"] = request.headers["content-type"]
    result["HTTP_CONTENT_ENCODING"] = request.headers["content-encoding"]
    result["GIT_PROTOCOL"] = request.headers["git-protocol"]
    let settings = ["http.receivepack": "true", "safe.directory": "*"].merging(configuration) { $1 }
    result["GIT_CONFIG_COUNT"] = String(settings.count)
    for (place, setting) in settings.sorted(by: { $0.key < $1.key }).enumerated() {
      result["GIT_CONFIG_KEY_\(place)"] = setting.key
      result["GIT_CONFIG_VALUE_\(place)"] = setting.value
    }
    return result.merging(environment) { $1 }
  }

  /// A file without a name, so that git may read as slowly as it likes.
  private static func file(holding bytes: [UInt8]) throws -> Int32 {
    var name = Array((NSTemporaryDirectory() + "/sluice-request-XXXXXX").utf8CString)
    let file = mkstemp(&name)
    guard file >= 0 else { throw Command.Failure(description: "no temporary file: \(errno)") }
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    unlink(name)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + written, $0.count - written) }
      guard count > 0 else {
        close(file)
        throw Command.Failure(description: "cannot write a temporary file: \(errno)")
      }
      written += count
    }
    lseek(file, 0, SEEK_SET)
    return file
  }

  /// Not by Foundation: its `Process` cannot start children beside a thousand open files.
  private func start(_ variables: [String: String], input: Int32, output: Int32) throws -> pid_t {
    defer { close(output) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] { texts.map { strdup($0) } + [nil] }
    let arguments = copies(["git", "http-backend"])
    let environment = copies(variables.map { "\($0.key)=\($0.value)" })
    defer { for text in arguments + environment { free(text) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, "git", &actions, nil, arguments, environment)
    guard code == 0 else { throw Command.Failure(description: "git does not start: error \(code)") }
    return child
  }
}
