import Host
import Kubernetes

/// Reads a key of a ConfigMap.
struct ConfigMapReader {
  let namespace: String
  let name: String
  let key: String

  func text(_ client: KubernetesClient) async throws(NoAnswer) -> String {
    let path = KubernetesPath.path("/api/v1/namespaces", namespace, "configmaps", name)
    let map: Found
    do { map = try await client.object(path, found) } catch {
      throw NoAnswer(error.kind == .notFound ? "there is no \(shown)" : "\(error)")
    }
    if let text = map.text { return text }
    if map.isBinary { throw NoAnswer("the key \(key) of \(shown) holds binary data, not a version") }
    let keys = map.keys.sorted().prefix(10).joined(separator: ", ")
    throw NoAnswer(
      "\(shown) has no key \(key)" + (keys.isEmpty ? ", it is empty" : " (it has \(OneLine.text(keys, limit: 200)))"))
  }

  var shown: String { "configMap \(namespace)/\(name)" }

  private struct Found {
    var text: String?
    var isBinary = false
    var keys: [String] = []
  }

  private func found(_ reader: inout JSONReader) throws(JSONError) -> Found {
    var found = Found()
    try reader.object { (reader, field) throws(JSONError) in
      guard field == "data" || field == "binaryData" else { return }
      try reader.object { (reader, name) throws(JSONError) in
        found.keys.append(name)
        guard name == key else { return }
        if field == "data" { found.text = try reader.string() } else { found.isBinary = true }
      }
    }
    return found
  }
}
