import LoopbackTLS

/// Two certificate authorities, and what they signed; made anew in each process, in a few milliseconds.
package final class FakeAuthority: Sendable {
  package static let shared = FakeAuthority()

  /// A certificate and its key, as PEM.
  package struct Identity: Sendable {
    package var certificate: String
    package var key: String

    init(_ made: Signed) {
      certificate = made.certificateText
      key = made.keyText
    }
  }

  /// The CA that signed what servers show, and whose clients they know.
  package let ca: String
  /// A CA that nobody knows.
  package let otherCA: String
  /// The user `sluice`.
  package let client: Identity
  package let expiredClient: Identity
  /// Says that it is the user `sluice`, by the word of the other CA.
  package let strangerClient: Identity
  let servers: [FakeCluster.Certificate: TLSContext]

  private init() {
    let authority = Signed("fake-kubernetes-ca", .authority, days: -1...30, by: nil)
    let other = Signed("another-ca", .authority, days: -1...30, by: nil)
    ca = authority.certificateText
    otherCA = other.certificateText
    client = Identity(Signed("sluice", .client, days: -1...30, by: authority))
    expiredClient = Identity(Signed("sluice", .client, days: -9...(-1), by: authority))
    strangerClient = Identity(Signed("sluice", .client, days: -1...30, by: other))
    func context(_ names: String, _ days: ClosedRange<Int>, _ issuer: Signed) -> TLSContext {
      TLSContext(Signed("kube-apiserver", .server(names), days: days, by: issuer), trusts: authority)
    }
    let here = "DNS:localhost,IP:127.0.0.1"
    servers = [
      .good: context(here, -1...30, authority), .expired: context(here, -9...(-1), authority),
      .wrongName: context("DNS:kubernetes.example", -1...30, authority), .stranger: context(here, -1...30, other),
    ]
  }
}
