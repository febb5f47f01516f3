// The upgrades of each kind. All but those of managed clusters go from v1.31.4 to v1.32.1.
extension UpgradeScript {
  // MARK: Parts

  private static func cluster(_ nodes: Int, controlPlane: Int = 1, version: String = old) -> FakeCluster {
    .healthy(version: version, nodes: nodes, controlPlane: controlPlane, workloads: 6)
  }

  /// The API server of the only control-plane node, then its kubelet.
  private static func controlPlane(_ version: String = new, behind: String = "worker-1") -> [Step] {
    [
      Step("the API server is upgraded", ["control-plane-1", behind]) { $0.upgradeControlPlane("control-plane-1", to: version) },
      Step("the control plane's kubelet is upgraded", [behind]) { $0.startKubelet("control-plane-1", version: version) },
    ]
  }

  /// All of the upgrade at once, from one sample to the next, but for kube-proxy.
  private static func everything(_ version: String = new, but left: String? = nil) -> @Sendable (inout FakeCluster) -> Void {
    { cluster in
      for node in cluster.nodes.map(\.name) where node != left {
        cluster.upgradeControlPlane(node, to: version)
        cluster.startKubelet(node, version: version)
      }
      cluster.apiServers = cluster.apiServers.map { _ in version }
    }
  }

  /// kube-proxy's own rollout: changed, looked at, half done, done.
  private static func kubeProxy(_ version: String = new) -> [Step] {
    [
      Step("kube-proxy's image is changed", ["kube-proxy"]) {
        $0.change("kube-proxy", image: "registry.k8s.io/kube-proxy:\(version)")
      },
      Step("the controller begins", ["kube-proxy"]) { $0.observe("kube-proxy") },
      Step("two of its pods are new", ["kube-proxy"]) { $0.replacePods(of: "kube-proxy", count: 2) },
      Step("all of its pods are new", []) { $0.replacePods(of: "kube-proxy") },
    ]
  }

  // MARK: Upgrades that go well

  static let controlPlaneFirst: UpgradeScript = {
    let names = ["control-plane-1", "control-plane-2", "control-plane-3"]
    var steps = names.map { name in
      Step("the API server of \(name) is upgraded", ["control-plane-1"]) { $0.upgradeControlPlane(name, to: new) }
    }
    steps += names.enumerated().map { index, name in
      Step("the kubelet of \(name) is upgraded", ["worker-1"]) { $0.startKubelet(name, version: new) }
    }
    steps += [
      Step("the kubelet of worker-1 is upgraded", ["worker-2"]) { $0.startKubelet("worker-1", version: new) },
      Step("the kubelet of worker-2 is upgraded, and kube-proxy is to be", ["kube-proxy"]) {
        $0.startKubelet("worker-2", version: new)
        $0.change("kube-proxy", image: "registry.k8s.io/kube-proxy:\(new)")
      },
    ]
    return UpgradeScript("control plane first", cluster(5, controlPlane: 3), steps + kubeProxy().dropFirst())
  }()

  static let nodesOneByOne: UpgradeScript = {
    var steps = controlPlane()
    for index in 1...3 {
      let name = "worker-\(index)"
      steps += [
        Step("the kubelet of \(name) stops", [name]) { $0.stopKubelet(name) },
        Step("the kubelet of \(name) comes back", index < 3 ? ["worker-\(index + 1)"] : []) {
          $0.startKubelet(name, version: new)
        },
      ]
    }
    return UpgradeScript("nodes one by one", cluster(4), steps)
  }()

  static let cordonAndDrain: UpgradeScript = {
    var steps = controlPlane()
    for index in 1...3 {
      let name = "worker-\(index)"
      steps += [
        Step("\(name) is cordoned", [name]) { $0.cordon(name) },
        Step("\(name) is drained, and its pods wait", [name]) { $0.drain(name) },
        Step("its pods run elsewhere", [name]) { $0.schedule() },
        Step("its kubelet restarts", [name]) { $0.stopKubelet(name) },
        Step("its kubelet is new, and it is still cordoned", [name]) { $0.startKubelet(name, version: new) },
        Step("\(name) is uncordoned", index < 3 ? ["worker-\(index + 1)"] : []) { $0.uncordon(name) },
      ]
    }
    var start = cluster(4)
    start.add(FakeWorkload(.deployment, "ingress", replicas: 3))
    return UpgradeScript("cordon and drain", start, steps)
  }()

  /// As managed clusters report their versions, with no node of the control plane to be seen.
  static func suffixed(from: String, to: String) -> UpgradeScript {
    UpgradeScript(
      "a managed cluster's \(to)", cluster(2, controlPlane: 0, version: from), from: from, to: to,
      [
        Step("the control plane is upgraded", ["worker-1"]) { $0.apiServers = [to] },
        Step("worker-1 is upgraded", ["worker-2"]) { $0.startKubelet("worker-1", version: to) },
        Step("worker-2 is upgraded", []) { $0.startKubelet("worker-2", version: to) },
      ])
  }

  // MARK: Upgrades that go wrong

  static let nodeThatNeverComesBack = UpgradeScript(
    "a node that never comes back", cluster(4), succeeds: false,
    controlPlane() + [
      Step("worker-1 is upgraded", ["worker-2"]) { $0.startKubelet("worker-1", version: new) },
      Step("the kubelet of worker-2 stops", ["worker-2"]) { $0.stopKubelet("worker-2") },
      Step("worker-3 is upgraded meanwhile", ["worker-2"]) { $0.startKubelet("worker-3", version: new) },
      Step("the pods of worker-2 run elsewhere", ["worker-2"]) {
        $0.drain("worker-2")
        $0.schedule()
      },
    ])

  /// A success only to who does not know how many nodes there should be.
  static let nodeThatIsGone = UpgradeScript(
    "a node that is gone", cluster(4), succeeds: false,
    controlPlane() + [
      Step("all but worker-2 are upgraded", ["worker-2"], everything(but: "worker-2")),
      Step("worker-2 and its machine are removed", ["node"]) {
        $0.remove("worker-2")
        $0.schedule()
      },
    ])

  static let kubeletLeftBehind = UpgradeScript(
    "a kubelet left behind", cluster(4),
    [
      Step("all but worker-2 are upgraded", ["worker-2"], everything(but: "worker-2")),
      Step("kube-proxy is new everywhere", ["worker-2"]) { cluster in
        for step in kubeProxy() { step.change(&cluster) }
      },
      Step("nothing happens", ["worker-2"]) { _ in },
      Step("worker-2 is upgraded to another patch", ["worker-2"]) { $0.startKubelet("worker-2", version: "v1.32.0") },
      Step("worker-2 is upgraded", []) { $0.startKubelet("worker-2", version: new) },
    ])

  /// Three API servers that only different connections tell apart.
  static let mixedAPIServers: UpgradeScript = {
    var start = cluster(3, controlPlane: 0)
    start.apiServers = [old, old, old]
    return UpgradeScript(
      "mixed API servers behind one address", start,
      [
        Step("one API server is upgraded", ["1.31.4"]) { $0.apiServers = [old, new, old] },
        Step("two are, and the nodes", ["1.31.4"]) { cluster in
          everything()(&cluster)
          cluster.apiServers = [new, old, new]
        },
        Step("nothing happens", ["1.31.4"]) { _ in },
        Step("the third is upgraded", []) { $0.apiServers = [new, new, new] },
      ])
  }()

  static let crashLoopingCriticalPod: UpgradeScript = {
    @Sendable func coredns(_ cluster: inout FakeCluster, _ change: (inout FakeContainer) -> Void) {
      let index = cluster.pods(of: cluster.workloads[cluster.workload("coredns")])[0]
      change(&cluster.pods[index].containers[0])
      cluster.recount()
    }
    @Sendable func runs(_ restarts: Int) -> @Sendable (inout FakeCluster) -> Void {
      { cluster in
        coredns(&cluster) { container in
          container.isReady = true
          container.state = .running
          container.restartCount = restarts
        }
      }
    }
    return UpgradeScript(
      "a crash-looping critical pod", cluster(3),
      [
        Step("all is upgraded, and coredns restarts", ["coredns"]) { cluster in
          everything()(&cluster)
          coredns(&cluster) { $0.crashLoops(restarts: 1) }
        },
        Step("coredns runs between two restarts", ["coredns"], runs(2)),
        Step("coredns ends again", ["coredns"]) { cluster in coredns(&cluster) { $0.crashLoops(restarts: 3) } },
        Step("coredns runs once more", ["coredns"], runs(4)),
        Step("coredns runs, and has not restarted since", [], runs(4)),
      ])
  }()

  static let failingInitContainer: UpgradeScript = {
    @Sendable func hold(_ cluster: inout FakeCluster, _ isFailing: Bool) {
      let index = cluster.pods(of: cluster.workloads[cluster.workload("kube-proxy")])[1]
      var setup = FakeContainer("setup", image: "registry.k8s.io/pause:3.10")
      setup.state = isFailing ? .waiting(reason: "CrashLoopBackOff") : .terminated(reason: "Completed", exitCode: 0)
      setup.isReady = !isFailing
      setup.restartCount = isFailing ? 4 : 5
      cluster.pods[index].initContainers = [setup]
      cluster.pods[index].phase = isFailing ? .pending : .running
      for container in cluster.pods[index].containers.indices {
        cluster.pods[index].containers[container].isReady = !isFailing
        cluster.pods[index].containers[container].state = isFailing ? .waiting(reason: "PodInitializing") : .running
      }
      cluster.recount()
    }
    return UpgradeScript(
      "a critical pod whose init container fails", cluster(3),
      [
        Step("all is upgraded, and a pod of kube-proxy does not start", ["kube-proxy"]) { cluster in
          everything()(&cluster)
          hold(&cluster, true)
        },
        Step("its init container has ended well", ["kube-proxy"]) { hold(&$0, false) },
        Step("nothing happens", []) { _ in },
      ])
  }()

  /// The webhook refuses each new pod: the Deployment's newest ReplicaSet has none, and no pod tells of it.
  static let blockingWebhook = UpgradeScript(
    "a webhook that blocks", cluster(3),
    [
      Step("all is upgraded, and coredns is to be", ["coredns"]) { cluster in
        everything()(&cluster)
        cluster.change("coredns", image: "registry.k8s.io/coredns/coredns:v1.12.0")
      },
      Step("its new ReplicaSet gets no pod", ["coredns"]) { $0.observe("coredns") },
      Step("an old pod is gone, and no other comes", ["coredns"]) { cluster in
        cluster.pods.remove(at: cluster.pods(of: cluster.workloads[cluster.workload("coredns")])[0])
        cluster.recount()
      },
      Step("its deadline has passed", ["coredns"]) { cluster in
        cluster.workloads[cluster.workload("coredns")].status?.progressing = "ProgressDeadlineExceeded"
      },
      Step("the webhook is removed, and the new pods run", []) { cluster in
        cluster.replacePods(of: "coredns")
        cluster.fill("coredns")
      },
    ])

  static let aggregatedAPIDown = UpgradeScript(
    "an aggregated API down", cluster(3),
    [
      Step("all is upgraded, and the metrics API is not there", ["v1beta1.metrics.k8s.io"]) { cluster in
        everything()(&cluster)
        cluster.setAvailable("v1beta1.metrics.k8s.io", false)
      },
      Step("kube-proxy is new everywhere", ["v1beta1.metrics.k8s.io"]) { cluster in
        for step in kubeProxy() { step.change(&cluster) }
      },
      Step("the metrics API has no condition", ["v1beta1.metrics.k8s.io"]) { $0.setAvailable("v1beta1.metrics.k8s.io", nil) },
      Step("the metrics API is back", []) { $0.setAvailable("v1beta1.metrics.k8s.io", true) },
    ])

  static let readyzFails = UpgradeScript(
    "an API server that is not ready", cluster(3),
    [
      Step("all is upgraded, and the API server's etcd fails", ["readyz"]) { cluster in
        everything()(&cluster)
        cluster.failingChecks = ["etcd"]
      },
      Step("another check fails", ["readyz"]) { $0.failingChecks = ["poststarthook/rbac/bootstrap-roles"] },
      Step("it is ready", []) { $0.failingChecks = [] },
    ])

  static let lostControlPlanePod = UpgradeScript(
    "a control-plane pod that is missing", cluster(5, controlPlane: 3),
    [
      Step("all is upgraded, and a scheduler is not there", ["kube-scheduler"]) { cluster in
        everything()(&cluster)
        cluster.pods.removeAll { $0.name == "kube-scheduler-control-plane-2" }
      },
      Step("nothing happens", ["kube-scheduler"]) { _ in },
      Step("the scheduler is back", []) { $0.addStaticPod("kube-scheduler", on: "control-plane-2", version: new) },
    ])

  /// What is broken before the upgrade, and stays so, does not count.
  static let brokenBefore: UpgradeScript = {
    var start = cluster(3)
    start.add(FakeWorkload(.deployment, "legacy-agent", replicas: 1))
    let index = start.pods(of: start.workloads[start.workload("legacy-agent")])[0]
    start.pods[index].priorityClass = "system-cluster-critical"
    start.pods[index].containers[0].crashLoops(restarts: 941)
    start.recount()
    start.apiServices.append(
      {
        var service = FakeAPIService(group: "custom.metrics.k8s.io", version: "v1beta2", service: "monitoring/adapter")
        service.isAvailable = false
        return service
      }())
    return UpgradeScript(
      "what was broken before", start,
      controlPlane() + [Step("the nodes are upgraded", [], everything())])
  }()
}

extension FakeCluster {
  package mutating func setAvailable(_ apiService: String, _ isAvailable: Bool?) {
    for index in apiServices.indices where apiServices[index].name == apiService { apiServices[index].isAvailable = isAvailable }
  }
}
