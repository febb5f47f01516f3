/// A machine of a cluster, as its kubelet and the node controller report it.
package struct FakeNode: Sendable, Equatable {
  package enum Condition: String, Sendable {
    case `true` = "True"
    case `false` = "False"
    /// What the node controller writes when the kubelet no longer reports.
    case unknown = "Unknown"
  }

  package var metadata: Metadata
  package var kubeletVersion: String
  /// Nil: a kubelet that has registered and not yet said.
  package var readiness: Condition? = .true
  /// Nil: the network plugin does not set the condition.
  package var networkUnavailable: Condition?
  package var isCordoned = false
  package var isControlPlane = false
  package var address: String
  /// Beside those that its state brings.
  package var taints: [String] = []

  package var name: String { metadata.name }
  package var isReady: Bool {
    get { readiness == .true }
    set { readiness = newValue ? .true : .false }
  }

  package init(
    _ name: String, version: String, isControlPlane: Bool = false, zone: String = "eu-west-1a", address: String = "10.0.0.1"
  ) {
    metadata = Metadata(
      name,
      labels: [
        "beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/instance-type": "m6i.xlarge", "beta.kubernetes.io/os": "linux",
        "failure-domain.beta.kubernetes.io/region": "eu-west-1", "failure-domain.beta.kubernetes.io/zone": zone,
        "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "m6i.xlarge", "topology.kubernetes.io/region": "eu-west-1",
        "topology.kubernetes.io/zone": zone,
      ])
    metadata.annotations = [
      "csi.volume.kubernetes.io/nodeid": #"{"ebs.csi.aws.com":"i-\#(Metadata.hash(name))"}"#,
      "node.alpha.kubernetes.io/ttl": "0", "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    ]
    kubeletVersion = version
    self.address = address
    self.isControlPlane = isControlPlane
    networkUnavailable = .false
    if isControlPlane {
      metadata.labels["node-role.kubernetes.io/control-plane"] = ""
      metadata.labels["node.kubernetes.io/exclude-from-external-load-balancers"] = ""
    }
  }

  var json: JSON {
    [
      "kind": "Node", "apiVersion": "v1", "metadata": metadata.json(kind: "Node", managers: .raw(Boilerplate.node)),
      "spec": spec, "status": status,
    ]
  }

  private var spec: JSON {
    var list: [JSON] = []
    func add(_ key: String, _ effect: String, _ time: JSON = .absent) {
      list.append(["key": .string(key), "timeAdded": time, "effect": .string(effect)])
    }
    if isControlPlane { add("node-role.kubernetes.io/control-plane", "NoSchedule") }
    if isCordoned { add("node.kubernetes.io/unschedulable", "NoSchedule", .string(Moment.now)) }
    switch readiness {
    case .true: break
    case .unknown?: add("node.kubernetes.io/unreachable", "NoExecute", .string(Moment.now))
    default: add("node.kubernetes.io/not-ready", "NoExecute", .string(Moment.now))
    }
    for taint in taints { add(taint, "NoSchedule") }
    return [
      "podCIDR": "10.244.0.0/24", "podCIDRs": ["10.244.0.0/24"],
      "providerID": "aws:///eu-west-1a/i-\(Metadata.hash(name))", "taints": list.isEmpty ? .absent : .array(list),
      "unschedulable": JSON(ifTrue: isCordoned),
    ]
  }

  private var status: JSON {
    let capacity: JSON = [
      "cpu": "4", "ephemeral-storage": "83873772Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0", "memory": "15896988Ki",
      "pods": "58",
    ]
    return [
      "capacity": capacity, "allocatable": capacity, "conditions": .array(conditions),
      "addresses": [
        ["type": "InternalIP", "address": .string(address)], ["type": "Hostname", "address": .string(name)],
        ["type": "InternalDNS", "address": "\(name).eu-west-1.compute.internal"],
      ],
      "daemonEndpoints": ["kubeletEndpoint": ["Port": 10250]],
      "nodeInfo": [
        "machineID": .string(Metadata.hash(name) + Metadata.hash(name, 3)), "systemUUID": .string(Metadata.uid(name)),
        "bootID": .string(Metadata.uid("boot" + name)), "kernelVersion": "6.1.0-28-cloud-amd64",
        "osImage": "Debian GNU/Linux 12 (bookworm)", "containerRuntimeVersion": "containerd://1.7.24",
        "kubeletVersion": .string(kubeletVersion), "kubeProxyVersion": .string(kubeletVersion), "operatingSystem": "linux",
        "architecture": "amd64",
      ],
      "images": .raw(Boilerplate.images),
    ]
  }

  private var conditions: [JSON] {
    func condition(_ type: String, _ status: Condition, _ reason: String, _ message: String) -> JSON {
      [
        "type": .string(type), "status": .string(status.rawValue), "lastHeartbeatTime": .string(Moment.now),
        "lastTransitionTime": .string(Moment.changed), "reason": .string(reason), "message": .string(message),
      ]
    }
    var list: [JSON] = []
    if let networkUnavailable {
      list.append(condition("NetworkUnavailable", networkUnavailable, "CalicoIsUp", "Calico is running on this node"))
    }
    if readiness == .unknown {
      for type in ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"] {
        list.append(condition(type, .unknown, "NodeStatusUnknown", "Kubelet stopped posting node status."))
      }
      return list
    }
    list += [
      condition("MemoryPressure", .false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
      condition("DiskPressure", .false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
      condition("PIDPressure", .false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ]
    switch readiness {
    case .true?: list.append(condition("Ready", .true, "KubeletReady", "kubelet is posting ready status"))
    case .false?:
      let message = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"
      list.append(condition("Ready", .false, "KubeletNotReady", message))
    default: break
    }
    return list
  }
}
