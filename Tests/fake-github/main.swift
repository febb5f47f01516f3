import FakeGitHub
import Foundation

// Serves one repository on loopback until its standard input ends.

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("error: \(message)\n".utf8))
  exit(64)
}

/// What the command line says.
struct Settings {
  private var values = [
    "folder": "", "repository": "example/fleet", "bare": "", "tokens": "", "port-file": "", "app-key": "", "port": "0",
  ]
  var hasTLS = false

  init(_ arguments: [String]) {
    var arguments = arguments[...]
    while let argument = arguments.popFirst() {
      if argument == "--tls" {
        hasTLS = true
        continue
      }
      let name = String(argument.dropFirst(2))
      guard argument.hasPrefix("--"), values[name] != nil else {
        fail("unknown argument \(argument), hint: \(values.keys.sorted().map { "--" + $0 }.joined(separator: " ")) --tls")
      }
      guard let value = arguments.popFirst() else { fail("\(argument) wants a value") }
      values[name] = value
    }
  }

  func optional(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

  func text(_ name: String) -> String {
    guard let value = optional(name) else { fail("--\(name) is missing") }
    return value
  }
}

/// `{"login": {"token": "…", "permission": "write"}}`
func addAccounts(_ file: String, to fake: FakeGitHub) throws {
  guard
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file))) as? [String: [String: Any]]
  else { fail("\(file) is not like {\"login\": {\"token\": \"…\", \"permission\": \"write\"}}") }
  for (login, what) in json.sorted(by: { $0.key < $1.key }) {
    guard let name = what["permission"] as? String, let permission = Permission(name: name) else {
      fail("\(login) in \(file) has no permission of \(Permission.allCases.map(\.name).joined(separator: ", "))")
    }
    fake.add(login, permission, token: what["token"] as? String, isBot: what["bot"] as? Bool ?? false)
  }
}

let settings = Settings(Array(CommandLine.arguments.dropFirst()))
do {
  let folder = settings.text("folder")
  let fake = try FakeGitHub(
    folder: folder, repository: settings.text("repository"), bare: settings.optional("bare"), tls: settings.hasTLS ? .good : nil,
    port: Int(settings.text("port")) ?? 0)
  if let file = settings.optional("tokens") { try addAccounts(file, to: fake) }
  if let file = settings.optional("app-key") {
    fake.install(app: "sluice", publicKey: try String(contentsOfFile: file, encoding: .utf8))
  }
  if settings.hasTLS { try FakeGitHubAuthority.ca.write(toFile: folder + "/ca.pem", atomically: true, encoding: .utf8) }
  if let file = settings.optional("port-file") { try "\(fake.port)\n".write(toFile: file, atomically: true, encoding: .utf8) }
  FileHandle.standardOutput.write(Data("ready \(fake.api) \(fake.url)\n".utf8))
  while readLine() != nil {}
  print("\(fake.requests.count) requests on \(fake.connections) connections")
  fake.stop()
} catch { fail("\(error)") }
