/// One request that a cluster was asked.
package struct FakeRequest: Sendable, Equatable {
  package var method: String
  /// The path with its query, as sent.
  package var target: String
  /// Counts the cluster's connections from 0.
  package var connection: Int
  /// The index of the API server that the connection leads to.
  package var apiServer: Int
  /// Who asked, by token or client certificate, or whom they said to be; nil: nobody that is known.
  package var user: String?
  /// By lower-case names; without `authorization`.
  package var headers: [String: String] = [:]

  package var path: String { String(target.prefix { $0 != "?" }) }

  package func query(_ name: String) -> String? {
    queries.first { $0.name == name }?.value
  }

  var queries: [(name: String, value: String)] {
    guard let mark = target.firstIndex(of: "?") else { return [] }
    return target[target.index(after: mark)...].split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (Self.decoded(parts[0]), parts.count > 1 ? Self.decoded(parts[1]) : "")
    }
  }

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
