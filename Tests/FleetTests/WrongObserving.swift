/// Policies that are wrong in how they look at clusters.
enum WrongObserving {
  private static func policy(_ more: String, observe: String = "", probes: String = "") -> String {
    let inner = [observe.isEmpty ? nil : "observe: \(observe)", probes.isEmpty ? nil : "probes: \(probes)"].compactMap(\.self)
    let components = "components: {api: {\((["field: a"] + inner).joined(separator: ", "))}}\n"
    return WrongPolicies.policy(more, components: components, stages: "stages: [{name: dev, select: {}}]\n")
  }
  private static let api = "connect: {kubeconfig: {context: \"{cluster}\"}}\n"

  static let all: [(String, String)] = [
    ("two ways to a cluster", policy("connect: {run: [x], inCluster: {}}\n")),
    ("no way to a cluster", policy("connect: {parallel: 3}\n")),
    ("a component that nobody sees", policy(api)),
    ("an API that nobody reaches", policy("", observe: "{kubernetes: {}}")),
    (
      "a command beside what the API is needed for",
      policy("connect: {run: [x]}\n", observe: "{image: {namespace: a, deployment: b}}")
    ),
    ("health of an API that nobody reaches", policy("health: {kubernetes: {}}\n")),
    ("observing in two ways", policy(api, observe: "{kubernetes: {}, run: [x]}")),
    ("a part of a version that is none", policy(api, observe: "{kubernetes: {part: major}}")),
    ("observing in no known way", policy(api, observe: "{crd: {}}")),
    ("an image of no workload", policy(api, observe: "{image: {namespace: a, container: c}}")),
    ("an image of two workloads", policy(api, observe: "{image: {namespace: a, deployment: b, daemonSet: c}}")),
    ("a release without a name", policy(api, observe: "{helm: {namespace: a}}")),
    ("a config map without a key", policy(api, observe: "{configMap: {namespace: a, name: b}}")),
    ("an answer without a field", policy("", observe: "{http: {url: \"https://a.test\"}}")),
    ("a time limit beside an image", policy(api, observe: "{image: {namespace: a, deployment: b}, timeout: 3s}")),
    ("probes that are no list", policy("health: {probes: {name: a}}\n")),
    ("a probe without a name", policy("", probes: "[{run: [x]}]")),
    ("a probe without a question", policy("", probes: "[{name: a}]")),
    ("two probes of a name", policy("", probes: "[{name: a, run: [x]}, {name: a, run: [y]}]")),
    ("a token over http", policy("", probes: "[{name: a, http: {url: \"http://a.test\", credentials: {token: {env: T}}}}]")),
    ("an address of nothing", policy("", probes: "[{name: a, http: {url: a.test}}]")),
    ("a status that is none", policy("", probes: "[{name: a, http: {url: \"https://a.test\", status: [200, 99]}}]")),
    (
      "an expectation without a number",
      policy("", probes: "[{name: a, prometheus: {url: \"https://a.test\", query: up, expect: low}}]")
    ),
    ("a query without an expectation", policy("", probes: "[{name: a, prometheus: {url: \"https://a.test\", query: up}}]")),
    ("a time limit beside an address", policy("", probes: "[{name: a, timeout: 3s, http: {url: \"https://a.test\"}}]")),
    (
      "health in numbers that are none",
      policy(api + "health: {kubernetes: {passes: 0, maxUnreadyNodes: few, nodes: 0}}\n", observe: "{kubernetes: {}}")
    ),
    (
      "a namespace that is none", policy(api + "health: {kubernetes: {namespaces: [Kube_System]}}\n", observe: "{kubernetes: {}}")
    ),
    ("nodes by a bad field", policy(api + "health: {kubernetes: {nodes: {field: \"a[\"}}}\n", observe: "{kubernetes: {}}")),
    ("probes and health in a stage", WrongPolicies.policy(stages: "stages: [{name: dev, select: {}, probes: [], health: {}}]\n")),
  ]
}
