/// What objects have in common.
package struct Metadata: Sendable, Equatable {
  package var name: String
  /// Empty for what is in no namespace.
  package var namespace = ""
  package var labels: [String: String] = [:]
  package var annotations: [String: String] = [:]
  package var generation: Int?
  package var isBeingDeleted = false
  /// Who made it: a kind and a name.
  package var owner: Owner?
  /// Set by the server, when the object changes.
  package var resourceVersion = 184_200

  package struct Owner: Sendable, Equatable {
    package var apiVersion = "apps/v1"
    package var kind: String
    package var name: String

    package init(apiVersion: String = "apps/v1", kind: String, name: String) {
      self.apiVersion = apiVersion
      self.kind = kind
      self.name = name
    }
  }

  package init(_ name: String, namespace: String = "", labels: [String: String] = [:]) {
    self.name = name
    self.namespace = namespace
    self.labels = labels
  }

  /// - Parameter managers: Who wrote which fields, as raw JSON.
  func json(kind: String, managers: JSON) -> JSON {
    var owners = JSON.absent
    if let owner {
      owners = [
        [
          "apiVersion": .string(owner.apiVersion), "kind": .string(owner.kind), "name": .string(owner.name),
          "uid": .string(Self.uid(owner.kind + namespace + owner.name)), "controller": true, "blockOwnerDeletion": true,
        ]
      ]
    }
    return [
      "name": .string(name), "namespace": namespace.isEmpty ? .absent : .string(namespace),
      "uid": .string(Self.uid(kind + namespace + name)), "resourceVersion": .string(String(resourceVersion)),
      "generation": JSON(generation), "creationTimestamp": .string(Moment.created),
      "deletionTimestamp": isBeingDeleted ? .string(Moment.now) : .absent,
      "deletionGracePeriodSeconds": isBeingDeleted ? 30 : .absent, "labels": JSON(labels),
      "annotations": JSON(annotations), "ownerReferences": owners, "managedFields": managers,
    ]
  }

  /// Looks like a random one, and is the same for the same text.
  static func uid(_ text: String) -> String {
    let digits = hash(text, 1) + hash(text, 2)
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
    let characters = Array(digits)
    return parts.map { String(characters[$0.0..<$0.1]) }.joined(separator: "-")
  }

  /// Sixteen hexadecimal digits (FNV-1a).
  static func hash(_ text: String, _ seed: UInt64 = 0) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ seed
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The end of a pod's name: five characters as the controllers choose them.
  static func suffix(_ text: String) -> String {
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    return String(
      hash(text).utf8.prefix(10).reduce(into: [Int]()) { $0.append(Int($1)) }.enumerated()
        .filter { $0.offset % 2 == 0 }.map { alphabet[($0.element * 7 + $0.offset * 3) % alphabet.count] })
  }
}

/// Texts of the moments that objects tell of; nothing decides by them.
enum Moment {
  static let created = "2025-11-03T07:12:41Z"
  static let started = "2026-02-17T10:44:05Z"
  static let changed = "2026-02-17T10:44:37Z"
  static let now = "2026-02-17T10:51:12Z"
}
