package import HTTP
import Host

/// What readers and probes ask with.
package struct ObservingMeans: Sendable {
  package var http: HTTPClient
  /// This process's own, whole: secrets are read from it.
  package var environment: [String: String]
  /// The variables in it that the policy names as secrets: commands don't see them.
  package var secretVariables: Set<String>
  /// Where commands run, and what relative files are relative to.
  package var folder: String?

  package init(http: HTTPClient, environment: [String: String], secretVariables: Set<String>, folder: String?) {
    self.http = http
    self.environment = environment
    self.secretVariables = secretVariables
    self.folder = folder
  }

  /// What commands and plugins see.
  var commandEnvironment: [String: String] { environment.filter { !secretVariables.contains($0.key) } }

  func run(_ arguments: [String], timeout: Duration) -> CommandRun {
    CommandRun(
      subject: "the command", arguments: arguments, folder: folder,
      environment: commandEnvironment, timeout: timeout)
  }

  func path(_ file: String) -> String {
    guard let folder, !file.hasPrefix("/") else { return file }
    return "\(folder)/\(file)"
  }
}
