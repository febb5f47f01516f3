import Host
import Synchronization

/// A token in a file that somebody else renews: a service account's, most of all.
///
/// Read at most once in 50 s (client-go: a minute less ten seconds), and again when the cluster refuses it.
final class TokenFile: Sendable {
  private static let freshness = 50

  private struct State: Sendable {
    var token: Secret?
    var readAt = 0
    /// How often the file was read.
    var reads = 0
    /// The next use reads it whatever its age.
    var isRefused = false
  }

  private let path: String
  private let fallback: Secret?
  private let state = Mutex(State())

  /// - Parameter fallback: the token that is used where the file cannot be read.
  init(_ path: String, fallback: Secret?) {
    self.path = path
    self.fallback = fallback
  }

  /// - Parameter now: seconds.
  /// - Returns: also the number of the reading that brought it.
  func token(now: Int) throws(KubernetesError) -> (token: Secret, reading: Int) {
    let result = state.withLock { state -> Result<(token: Secret, reading: Int), KubernetesError> in
      // A clock that was set back must not keep it for ever.
      let isFresh = (0..<Self.freshness).contains(now - state.readAt)
      if let token = state.token, isFresh, !state.isRefused { return .success((token, state.reads)) }
      do throws(KubernetesError) {
        let token = try read()
        state = State(token: token, readAt: now, reads: state.reads + 1)
        return .success((token, state.reads))
      } catch {
        // A file that is just being replaced: the token before is better than none.
        return (state.token ?? fallback).map { .success(($0, state.reads)) } ?? .failure(error)
      }
    }
    return try result.get()
  }

  /// The token of this reading was refused.
  func refuse(reading: Int) {
    state.withLock { if $0.reads == reading { $0.isRefused = true } }
  }

  private func read() throws(KubernetesError) -> Secret {
    let bytes: [UInt8]
    do { bytes = try AtomicFile.read(path, limit: 1 << 20) } catch {
      throw KubernetesError(.credentials, "the token's file: \(error.message)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw KubernetesError(.credentials, "the token's file \(path) is not UTF-8 text")
    }
    let space: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }
    let token = text.unicodeScalars.drop(while: space).reversed().drop(while: space).reversed()
    guard !token.isEmpty else { throw KubernetesError(.credentials, "the token's file \(path) is empty") }
    return Secret(String(String.UnicodeScalarView(token)))
  }
}
