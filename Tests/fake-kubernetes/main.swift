import FakeKubernetes
import Glibc

// Serves clusters c0001… on loopback, each on a port of its own, until its standard input ends.

func fail(_ message: String) -> Never {
  let line = "error: \(message)\n"
  write(2, line, line.utf8.count)
  exit(64)
}

/// What the command line says.
struct Settings {
  private var values = [
    "clusters": "1", "nodes": "3", "control-plane": "1", "workloads": "3", "version": "v1.31.4", "kubeconfig": "",
    "auth": "token",
  ]

  init(_ arguments: [String]) {
    var arguments = arguments[...]
    while let argument = arguments.popFirst() {
      let name = String(argument.dropFirst(2))
      guard argument.hasPrefix("--"), values[name] != nil else {
        fail("unknown argument \(argument), hint: \(values.keys.sorted().map { "--" + $0 }.joined(separator: " "))")
      }
      guard let value = arguments.popFirst() else { fail("\(argument) wants a value") }
      values[name] = value
    }
  }

  func text(_ name: String) -> String {
    guard let value = values[name], !value.isEmpty else { fail("--\(name) is missing") }
    return value
  }

  func number(_ name: String) -> Int {
    guard let number = Int(text(name)), number >= 0 else { fail("--\(name) wants a number") }
    return number
  }
}

func save(_ text: String, as file: String) {
  // Its tokens are worth nothing, but kubectl warns where others may read them.
  let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  var bytes = Array(text.utf8)[...]
  while descriptor >= 0, !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { break }
    bytes = bytes.dropFirst(count)
  }
  guard bytes.isEmpty, close(descriptor) == 0 else { fail("cannot write \(file)") }
}

func peakMemory() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss / 1024
}

let settings = Settings(Array(CommandLine.arguments.dropFirst()))
let names = (1...max(1, settings.number("clusters"))).map { index in
  "c" + String(repeating: "0", count: max(0, 4 - String(index).count)) + String(index)
}
let server = try FakeServer()
try server.add(
  names,
  .healthy(
    version: settings.text("version"), nodes: settings.number("nodes"), controlPlane: settings.number("control-plane"),
    workloads: settings.number("workloads")))
save(
  server.kubeconfig(for: names, auth: settings.text("auth") == "certificate" ? .clientCertificate : .token),
  as: settings.text("kubeconfig"))
write(1, "ready\n", 6)
while readLine() != nil {}
let connections = names.reduce(0) { $0 + server.connections($1) }
print("\(server.requestCount) requests on \(connections) connections, \(peakMemory()) MB at most")
server.stop()
