/// A part of the API; one without a service is the API server's own.
package struct FakeAPIService: Sendable, Equatable {
  package var metadata: Metadata
  package var group: String
  package var version: String
  /// Namespace and name of the service that answers for it.
  package var service: String?
  /// Nil: no condition has been written.
  package var isAvailable: Bool? = true

  package var name: String { metadata.name }

  package init(group: String, version: String, service: String? = nil) {
    metadata = Metadata(group.isEmpty ? version + "." : version + "." + group)
    self.group = group
    self.version = version
    self.service = service
  }

  var json: JSON {
    let parts = (service ?? "").split(separator: "/").map(String.init)
    let isFine = isAvailable == true
    let reason = service == nil ? "Local" : isFine ? "Passed" : "MissingEndpoints"
    let message =
      service == nil
      ? "Local APIServices are always available"
      : isFine ? "all checks passed" : "endpoints for service/\(parts.last ?? "") in \"kube-system\" have no addresses"
    let condition: JSON = [
      "type": "Available", "status": isFine ? "True" : "False", "lastTransitionTime": .string(Moment.changed),
      "reason": .string(reason), "message": .string(message),
    ]
    return [
      "kind": "APIService", "apiVersion": "apiregistration.k8s.io/v1",
      "metadata": metadata.json(kind: "APIService", managers: .raw(Boilerplate.workload)),
      "spec": [
        "service": parts.count == 2 ? ["namespace": .string(parts[0]), "name": .string(parts[1]), "port": 443] : .absent,
        "group": group.isEmpty ? .absent : .string(group), "version": .string(version), "groupPriorityMinimum": 17_800,
        "versionPriority": 15,
      ],
      "status": isAvailable == nil ? .object([]) : ["conditions": [condition]],
    ]
  }
}

package struct FakeConfigMap: Sendable, Equatable {
  package var metadata: Metadata
  package var data: [String: String]

  package init(_ name: String, namespace: String = "kube-system", data: [String: String]) {
    metadata = Metadata(name, namespace: namespace)
    self.data = data
  }

  var json: JSON {
    [
      "kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata.json(kind: "ConfigMap", managers: .absent),
      "data": JSON(data),
    ]
  }
}

package struct FakeSecret: Sendable, Equatable {
  package var metadata: Metadata
  package var type: String
  /// Base64, as the API has it.
  package var data: [String: String]

  package init(_ name: String, namespace: String = "kube-system", type: String = "Opaque", data: [String: String]) {
    metadata = Metadata(name, namespace: namespace)
    self.type = type
    self.data = data
  }

  /// The record that Helm keeps of a revision of a release.
  ///
  /// - Parameter record: Helm's own text: base64 of the gzipped JSON. The API has it in base64 once more.
  package static func helmRelease(
    _ release: String, namespace: String, revision: Int, status: String = "deployed", record: String
  ) -> FakeSecret {
    var secret = FakeSecret(
      "sh.helm.release.v1.\(release).v\(revision)", namespace: namespace, type: "helm.sh/release.v1",
      data: ["release": Base64.text(Array(record.utf8))])
    secret.metadata.labels = [
      "owner": "helm", "name": release, "version": String(revision), "status": status, "modifiedAt": "1771325077",
    ]
    return secret
  }

  var json: JSON {
    [
      "kind": "Secret", "apiVersion": "v1", "metadata": metadata.json(kind: "Secret", managers: .absent), "data": JSON(data),
      "type": .string(type),
    ]
  }
}

package enum Base64 {
  package static func text(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count / 3 * 4 + 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      bits <<= UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        text.append(place <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
