import Host

extension KubernetesPath {
  static func query(_ parameters: [(name: String, value: String)]) -> String {
    parameters.isEmpty ? "" : "?" + parameters.map { encoded($0.name) + "=" + encoded($0.value) }.joined(separator: "&")
  }

  /// What RBAC calls a GET of this path, for the hint that says what to grant.
  static func permission(_ path: String) -> String {
    var parts = path.split(separator: "/").map { OneLine.text(String($0), limit: 100) }
    let group: String
    switch parts.first {
    case "api" where parts.count > 2:
      group = ""
      parts.removeFirst(2)
    case "apis" where parts.count > 3:
      group = "." + parts[1]
      parts.removeFirst(3)
    default: return "get on the nonResourceURL \(OneLine.text(path, limit: 200))"
    }
    var place = ""
    if parts.count > 2, parts[0] == "namespaces" {
      place = " in namespace \(parts[1])"
      parts.removeFirst(2)
    }
    let resource = parts[0] + group + (parts.count > 2 ? "/" + parts[2] : "")
    return "\(parts.count > 1 ? "get" : "list") on \(resource)\(place)"
  }
}
