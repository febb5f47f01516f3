/// Where pull requests live, and who asks there.
package struct ForgeSettings: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable { case local, github }
  package var kind: Kind
  /// The API's address; nil: as the repository's says.
  package var api: String?
  /// `owner/name`; nil: as the repository's address says.
  package var project: String?
  package var credentials: ForgeCredentials?
  /// A file in PEM: these authorities and no others.
  package var ca: String?
  /// Accounts whose closes and reverts are not a person's decision.
  package var bots: [String] = []
  package var place: Place?
}

package enum ForgeCredentials: Sendable, Equatable {
  case token(SecretPlace)
  /// A GitHub App: its id (or client id), the installation (nil: that of the project), and its private key in PEM.
  case app(id: String, installation: Int?, key: SecretPlace)

  package var secret: SecretPlace {
    switch self {
    case .token(let place), .app(_, _, let place): place
    }
  }
}

/// How git over https logs in.
package struct RepositoryCredentials: Sendable, Equatable {
  package var user: String
  package var password: SecretPlace
}
