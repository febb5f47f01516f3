/// What the API says to one request.
struct Answer: Sendable {
  var status = 200
  var type = "application/json"
  var headers: [String: String] = [:]
  var body: [UInt8]

  init(_ json: JSON, status: Int = 200) {
    self.status = status
    body = json.bytes
    body.append(UInt8(ascii: "\n"))
  }

  init(text: String, status: Int = 200, type: String = "text/plain; charset=utf-8") {
    self.status = status
    self.type = type
    body = Array(text.utf8)
  }

  /// A failure, as API servers say it.
  static func failure(_ code: Int, _ message: String? = nil, details: JSON = .absent, headers: [String: String] = [:]) -> Answer {
    let (reason, text) = reasons[code] ?? ("InternalError", "an error on the server has prevented the request from succeeding")
    var answer = Answer(
      [
        "kind": "Status", "apiVersion": "v1", "metadata": .object([]), "status": "Failure", "message": .string(message ?? text),
        "reason": .string(reason), "details": details, "code": .int(code),
      ], status: code)
    answer.headers = headers
    return answer
  }

  private static let reasons = [
    400: ("BadRequest", "the server rejected our request"), 401: ("Unauthorized", "Unauthorized"),
    403: ("Forbidden", "forbidden: User \"test\" cannot get path"),
    404: ("NotFound", "the server could not find the requested resource"),
    405: ("MethodNotAllowed", "the server does not allow this method on the requested resource"),
    410: ("Expired", "The provided continue parameter is too old to display a consistent list result."),
    422: ("Invalid", "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"),
    429: ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
    504: ("Timeout", "the server was unable to return a response in the time allotted"),
  ]
}

/// What a path names.
enum Route: Sendable {
  case answer(Answer)
  case list(Resource, namespace: String)
  case object(Resource, namespace: String, name: String)
}

extension FakeCluster {
  func answer(_ request: FakeRequest) -> Answer {
    switch route(request) {
    case .answer(let answer): return answer
    case .list(let resource, let namespace): return list(resource, namespace, request)
    case .object(let resource, let namespace, let name):
      guard
        let object = objects(of: resource).first(where: { $0.metadata.name == name && $0.metadata.namespace == namespace })
      else {
        let full = resource.plural + (resource.group.isEmpty ? "" : "." + resource.group)
        return .failure(404, "\(full) \"\(name)\" not found", details: ["name": .string(name), "kind": .string(resource.plural)])
      }
      return Answer(object.json())
    }
  }

  func route(_ request: FakeRequest) -> Route {
    guard request.method == "GET" else { return .answer(.failure(405)) }
    let path = request.path.split(separator: "/")
    switch path.first {
    case "version" where path.count == 1:
      return .answer(Self.version(apiServers[request.apiServer]))
    case "readyz", "livez", "healthz": return .answer(health(path, isVerbose: request.query("verbose") != nil))
    case "api" where path.count == 1: return .answer(Answer(["kind": "APIVersions", "versions": ["v1"]]))
    case "apis" where path.count == 1:
      let groups = Resource.groups.map { Resource.apiGroup($0, isAlone: false) }
      return .answer(Answer(["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups)]))
    case "api" where path[1] == "v1": return route(path.dropFirst(2), group: "")
    case "apis" where path.count == 2 && Resource.groups.contains(String(path[1])):
      return .answer(Answer(Resource.apiGroup(String(path[1]), isAlone: true)))
    case "apis" where path.count > 2 && Resource.groups.contains(String(path[1])) && path[2] == "v1":
      return route(path.dropFirst(3), group: String(path[1]))
    default: return .answer(.failure(404))
    }
  }

  private func route(_ path: ArraySlice<Substring>, group: String) -> Route {
    var path = path
    var namespace = ""
    guard !path.isEmpty else { return .answer(Answer(Resource.list(group: group))) }
    if path.first == "namespaces", path.count > 2 {
      path = path.dropFirst()
      namespace = path.popFirst().map(String.init) ?? ""
    }
    guard let plural = path.popFirst(), let resource = Resource.named(plural, group: group),
      resource.isNamespaced || namespace.isEmpty, path.count < 2
    else { return .answer(.failure(404)) }
    guard let name = path.first else { return .list(resource, namespace: namespace) }
    if resource.isNamespaced && namespace.isEmpty { return .answer(.failure(404)) }
    return .object(resource, namespace: namespace, name: String(name))
  }

  private static func version(_ text: String) -> Answer {
    let parts = text.drop { $0 == "v" }.split(separator: ".", omittingEmptySubsequences: false)
    let isManaged = text.contains("+") || text.contains("-")
    return Answer([
      "major": .string(String(parts.first ?? "1")),
      "minor": .string(String(parts.dropFirst().first ?? "") + (isManaged ? "+" : "")),
      "gitVersion": .string(text), "gitCommit": .string(Metadata.hash(text) + Metadata.hash(text, 2) + "00000000"),
      "gitTreeState": "clean", "buildDate": "2025-12-10T11:28:54Z", "goVersion": "go1.22.10", "compiler": "gc",
      "platform": "linux/amd64",
    ])
  }

  /// A failure is verbose always.
  private func health(_ path: [Substring], isVerbose: Bool) -> Answer {
    let checks = ["ping", "log", "etcd", "informer-sync", "poststarthook/start-kube-apiserver-admission-initializer", "shutdown"]
    let all = checks + failingChecks.filter { !checks.contains($0) }
    if path.count > 1 {
      let name = path.dropFirst().joined(separator: "/")
      guard all.contains(name) else { return .failure(404) }
      return failingChecks.contains(name)
        ? Answer(text: "internal server error: \(name) failed\n", status: 500) : Answer(text: "ok")
    }
    let lines = all.map { failingChecks.contains($0) ? "[-]\($0) failed: reason withheld\n" : "[+]\($0) ok\n" }.joined()
    if !failingChecks.isEmpty { return Answer(text: lines + "\(path[0]) check failed\n", status: 500) }
    return Answer(text: isVerbose ? lines + "\(path[0]) check passed\n" : "ok")
  }
}
