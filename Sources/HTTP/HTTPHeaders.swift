/// Header fields in their order; names compare without case.
package struct HTTPHeaders: Sendable, Hashable {
  package struct Field: Sendable, Hashable {
    package let name: String
    package let value: String
    /// Never shown, never sent to another origin.
    package let isSecret: Bool
  }

  package private(set) var fields: [Field] = []

  package init() {}

  /// Adds a field. Fields that carry credentials by their name are secret without being told.
  package mutating func append(_ name: String, _ value: String, isSecret: Bool = false) {
    fields.append(Field(name: name, value: value, isSecret: isSecret || Self.credentials.contains(name.lowercased())))
  }

  package mutating func set(_ name: String, _ value: String, isSecret: Bool = false) {
    remove(name)
    append(name, value, isSecret: isSecret)
  }

  package mutating func remove(_ name: String) {
    fields.removeAll { $0.name.lowercased() == name.lowercased() }
  }

  /// The first value of this name.
  package subscript(_ name: String) -> String? {
    let name = name.lowercased()
    return fields.first { $0.name.lowercased() == name }?.value
  }

  package func values(_ name: String) -> [String] {
    let name = name.lowercased()
    return fields.filter { $0.name.lowercased() == name }.map(\.value)
  }

  /// Only what says nothing of who asks: what may follow a redirect to another origin.
  var withoutIdentity: HTTPHeaders {
    var kept = HTTPHeaders()
    kept.fields = fields.filter { !$0.isSecret && ["accept", "accept-language", "user-agent"].contains($0.name.lowercased()) }
    return kept
  }

  var secrets: [String] { fields.filter(\.isSecret).map(\.value) }

  /// The name of a field that can't be sent as it is: a line end within it would be a header of its own.
  var invalidName: String? {
    fields.first { field in
      !field.value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }
        || field.name.isEmpty || !field.name.utf8.allSatisfy(Self.isTokenByte)
    }.map { field in field.name.utf8.allSatisfy(Self.isTokenByte) ? field.name : "(not a name)" }
  }

  /// RFC 9110, 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  private static let credentials: Set<String> = [
    "authorization", "proxy-authorization", "cookie", "private-token", "job-token", "deploy-token", "x-api-key", "x-auth-token",
  ]
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { append(name, value) }
  }
}

extension HTTPHeaders: CustomStringConvertible {
  package var description: String {
    fields.map { "\($0.name): \($0.isSecret || $0.name.lowercased() == "set-cookie" ? "***" : $0.value)" }.joined(separator: "\n")
  }
}

extension HTTPHeaders.Field: CustomStringConvertible, CustomReflectable {
  package var description: String { "\(name): \(isSecret ? "***" : value)" }
  package var customMirror: Mirror { Mirror(self, children: ["name": name, "value": isSecret ? "***" : value]) }
}
