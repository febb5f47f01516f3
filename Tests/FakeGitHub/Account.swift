/// Who may do what in the repository.
package enum Permission: Int, Sendable, Comparable, CaseIterable {
  case none, read, triage, write, maintain, admin

  package static func < (one: Permission, other: Permission) -> Bool { one.rawValue < other.rawValue }
  package var name: String { "\(self)" }
  package init?(name: String) {
    guard let found = Permission.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}

/// Somebody with a login.
package struct Account: Sendable {
  package var login: String
  package var id: Int
  package var permission: Permission
  package var isBot = false

  var name: String { isBot ? login : login.prefix(1).uppercased() + login.dropFirst() }
  var email: String { "\(id)+\(login)@users.noreply.github.com" }
  func signature(at seconds: Int) -> Bare.Signature { Bare.Signature(name: name, email: email, seconds: seconds) }
}

/// An App that is installed on the repository.
package struct FakeApp: Sendable {
  package var id: Int
  package var clientID: String
  package var slug: String
  package var installation: Int
  /// PEM, of the key with which it signs.
  package var publicKey: String
  package var isSuspended = false
  package var permissions: [String: String]

  package var login: String { slug + "[bot]" }
}

/// What a token stands for.
struct Token: Sendable {
  enum Kind: Sendable { case person, installation }
  var login: String
  var kind: Kind
  /// Seconds since 1970; nil: never.
  var expires: Int?
  /// An installation's: those that it was asked to have.
  var permissions: [String: String] = [:]
}

/// Who asks.
struct Caller: Sendable {
  enum Kind: Sendable { case anonymous, person, installation, app }
  var kind: Kind
  var account: Account?
  var permissions: [String: String] = [:]

  var login: String? { account?.login }
  var permission: Permission { account?.permission ?? .none }
}
