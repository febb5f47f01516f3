import Foundation
import Git
import TestSupport

extension SSHServer {
  func credentials(key: String = "user") -> SSHCredentials {
    SSHCredentials(keyFile: folder.path + "/" + key, knownHosts: folder.path + "/known_hosts")
  }

  func location(_ path: String) throws -> RemoteLocation { try RemoteLocation(url(path), relativeTo: "/") }

  func open(_ origin: Origin, cache: String? = nil) async throws -> Repository {
    try await Repository.open(
      try location(origin.path), cache: cache ?? origin.folder.path + "/cache", credentials: credentials())
  }
}
