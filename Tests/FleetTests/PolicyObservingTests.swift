import Promotion
import Testing
import YAML

@testable import Fleet

@Suite struct `How a policy looks at clusters` {
  static let head = """
    name: clusters
    repository: {url: ../config.git}
    fleet: {clusters: "c/{cluster}.yaml", layers: ["c/{cluster}.yaml"]}
    stages: [{name: dev, select: {}}]

    """

  @Test func `is read with everything in it`() throws {
    let policy = try Policies.read(
      Self.head + """
        connect: {kubeconfig: {file: "~/.kube/{cluster}", context: "{cluster}"}, parallel: 8, timeout: 5s}
        health:
          kubernetes: {namespaces: [kube-system, ingress], maxUnreadyNodes: 2, passes: 3, reads: 4, nodes: {field: nodes.count}}
          probes: [{name: ingress, http: {url: "https://ping.{cluster}.example/healthz", status: 200}}]
        components:
          kubernetes: {field: a, observe: {kubernetes: {}}}
          api:
            field: b
            observe: {image: {namespace: api, statefulSet: db, container: main}}
            probes:
              - {name: errors, errorLimit: 2, dryRun: true,
                 prometheus: {url: "https://p.test/x", query: "up == 0", expect: "< 0.01", ca: ca.pem, timeout: 3s,
                              credentials: {token: {env: PROM_TOKEN}}}}
              - {name: script, run: [check, "{cluster}"], timeout: 4s}
          chart: {field: c, observe: {helm: {namespace: api, release: web}}}
          info: {field: d, observe: {configMap: {namespace: kube-system, name: info, key: version}}}
          page: {field: e, observe: {http: {url: "https://a.test", field: build.version, credentials: {token: {file: t}}}}}
          tool: {field: f, observe: {run: [version, "{cluster}"], timeout: 9s}, goesBack: never}

        """)
    let connect = try #require(policy.connect)
    #expect(connect.way == .kubeconfig(file: "~/.kube/{cluster}", context: "{cluster}"))
    #expect(connect.parallel == 8 && connect.timeout == .seconds(5))
    let health = policy.health.kubernetes
    #expect(health.namespaces == ["kube-system", "ingress"])
    #expect([health.maxUnreadyNodes, health.passes, health.reads] == [2, 3, 4])
    guard case .field(let field, "nodes.count")? = health.nodes else {
      Issue.record("nodes are not read from a field")
      return
    }
    #expect(field == (try FieldPath("nodes.count")))
    #expect(
      policy.health.probes.map(\.question) == [
        .http(
          HTTPSettings(url: "https://ping.{cluster}.example/healthz", token: nil, ca: nil, timeout: .seconds(20)), statuses: [200]
        )
      ])
    let observed = policy.components.map(\.observe)
    #expect(observed[0] == .kubernetes(.whole))
    #expect(
      observed[1]
        == .image(ObserveSettings.WorkloadPlace(namespace: "api", kind: .statefulSet, name: "db", container: "main")))
    #expect(observed[2] == .helm(namespace: "api", release: "web"))
    #expect(observed[3] == .configMap(namespace: "kube-system", name: "info", key: "version"))
    #expect(observed[5] == .command(["version", "{cluster}"], timeout: .seconds(9)))
    let errors = try #require(policy.component("api")?.probes.first)
    #expect(errors.errorLimit == 2 && errors.isDryRun)
    guard case .prometheus(let address, "up == 0", let expect) = errors.question else {
      Issue.record("\(errors.question)")
      return
    }
    #expect(expect == Expectation(.less, 0.01))
    #expect(address.token == .environment("PROM_TOKEN") && address.ca == "ca.pem" && address.timeout == .seconds(3))
    #expect(policy.component("api")?.probes.last?.errorLimit == 4)
    #expect(policy.secretVariables == ["PROM_TOKEN"])
    #expect(policy.observes && policy.passes == 3)
  }

  @Test func `lets a cluster's own version go back within its minor alone, unless a person says otherwise`() throws {
    let policy = try Policies.read(
      Self.head + """
        connect: {inCluster: {}}
        components:
          kubernetes: {field: a, observe: {kubernetes: {}}}
          other: {field: b, observe: {kubernetes: {part: minor}}, goesBack: always}
          app: {field: c, observe: {run: [x]}}

        """)
    #expect(policy.promotion.components.map(\.goesBack) == [.patch, .always, .always])
    #expect(policy.component("other")?.observe == .kubernetes(.minor))
    #expect(policy.connect?.way == .inCluster && policy.passes == 2)
    #expect(policy.health.kubernetes.namespaces == ["kube-system"])
  }

  @Test func `asks for one good sample where a command says what is healthy`() throws {
    let policy = try Policies.read(Self.head + "connect: {run: [x]}\ncomponents: {app: {field: c}}\n")
    #expect(policy.passes == 1 && policy.observes)
    #expect(!(try Policies.read(Self.head + "components: {app: {field: c}}\n")).observes)
  }

  @Test func `knows how many nodes a cluster must have from its effective values`() async throws {
    let policy = try Policies.read(
      Self.head + "connect: {inCluster: {}}\ncomponents: {k: {field: v, observe: {kubernetes: {}}}}\n"
        + "health: {kubernetes: {nodes: {field: nodes.count}}}\n")
    let tree = MemoryTree([
      "c/a.yaml": "v: 1.0.0\nnodes: {count: 3}\n", "c/b.yaml": "v: 1.0.0\n", "c/c.yaml": "v: 1.0.0\nnodes: {count: 3x}\n",
      "c/d.yaml": "v: 1.0.0\nnodes: {count: [1]}\n",
    ])
    let reader = FleetReader(policy: policy)
    let fleet = try await reader.resolve(tree.snapshot)
    let expected: [NodeExpectation] = [
      .count(3), .none, .unreadable("nodes.count is \"3x\", not a number"), .unreadable("nodes.count is not a number"),
    ]
    let nodes = NodeExpectations(fleet)
    #expect(fleet.clusters.map { nodes[$0] } == expected)
    // Also by a process that read no file itself.
    let memo = try #require(await reader.memo(of: fleet))
    let later = FleetReader(policy: policy, memo: memo)
    let remembered = try await later.resolve(tree.snapshot)
    let again = NodeExpectations(remembered)
    #expect(remembered.clusters.map { again[$0] } == expected)
  }
}
