/// Parts of objects that are the same in all of them, so that objects are as large as on real clusters. Nothing decides by them.
enum Boilerplate {
  /// `managedFields` of a node.
  static let node =
    #"""
    [{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2025-11-03T07:12:41Z","fieldsType":"FieldsV1",\#
    "fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:volumes.kubernetes.io/controller-managed-attach-detach":{}},\#
    "f:labels":{".":{},"f:beta.kubernetes.io/arch":{},"f:beta.kubernetes.io/os":{},"f:kubernetes.io/arch":{},\#
    "f:kubernetes.io/hostname":{},"f:kubernetes.io/os":{}}},"f:spec":{"f:providerID":{}}}},\#
    {"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-02-17T10:44:37Z",\#
    "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{"f:node.alpha.kubernetes.io/ttl":{}}},\#
    "f:spec":{"f:podCIDR":{},"f:podCIDRs":{".":{},"v:\"10.244.0.0/24\"":{}}}}},{"manager":"kubelet","operation":"Update",\#
    "apiVersion":"v1","time":"2026-02-17T10:44:37Z","fieldsType":"FieldsV1",\#
    "fieldsV1":{"f:status":{"f:allocatable":{"f:memory":{}},\#
    "f:conditions":{"k:{\"type\":\"DiskPressure\"}":{"f:lastHeartbeatTime":{}},\#
    "k:{\"type\":\"MemoryPressure\"}":{"f:lastHeartbeatTime":{}},\#
    "k:{\"type\":\"PIDPressure\"}":{"f:lastHeartbeatTime":{}},"k:{\"type\":\"Ready\"}":{"f:lastHeartbeatTime":{},\#
    "f:lastTransitionTime":{},"f:message":{},"f:reason":{},"f:status":{}}},"f:images":{}}},"subresource":"status"}]
    """#

  /// `managedFields` of a pod.
  static let pod =
    #"""
    [{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-02-17T10:44:37Z",\#
    "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:k8s-app":{},\#
    "f:pod-template-hash":{}},"f:ownerReferences":{".":{}}},\#
    "f:spec":{"f:containers":{"k:{\"name\":\"main\"}":{"f:image":{},"f:imagePullPolicy":{},"f:livenessProbe":{},\#
    "f:name":{},"f:readinessProbe":{},"f:resources":{},"f:volumeMounts":{}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},\#
    "f:priorityClassName":{},"f:restartPolicy":{},"f:schedulerName":{},"f:tolerations":{},"f:volumes":{}}}},\#
    {"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2026-02-17T10:44:37Z","fieldsType":"FieldsV1",\#
    "fieldsV1":{"f:status":{"f:conditions":{"k:{\"type\":\"ContainersReady\"}":{"f:lastProbeTime":{},\#
    "f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Initialized\"}":{"f:lastProbeTime":{},\#
    "f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Ready\"}":{"f:lastProbeTime":{},\#
    "f:lastTransitionTime":{},"f:status":{},"f:type":{}}},"f:containerStatuses":{},"f:hostIP":{},"f:phase":{},\#
    "f:podIP":{},"f:startTime":{}}},"subresource":"status"}]
    """#

  /// `managedFields` of a workload.
  static let workload =
    #"""
    [{"manager":"helm","operation":"Update","apiVersion":"apps/v1","time":"2025-11-03T07:12:41Z","fieldsType":"FieldsV1",\#
    "fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:meta.helm.sh/release-name":{}},"f:labels":{".":{},\#
    "f:k8s-app":{}}},"f:spec":{"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:k8s-app":{}}},\#
    "f:spec":{"f:containers":{"k:{\"name\":\"main\"}":{"f:image":{},"f:name":{},"f:resources":{}}},\#
    "f:priorityClassName":{},"f:serviceAccountName":{},"f:volumes":{}}}}}},{"manager":"kube-controller-manager",\#
    "operation":"Update","apiVersion":"apps/v1","time":"2026-02-17T10:44:37Z","fieldsType":"FieldsV1",\#
    "fieldsV1":{"f:status":{"f:availableReplicas":{},"f:conditions":{},"f:observedGeneration":{},"f:readyReplicas":{},\#
    "f:replicas":{},"f:updatedReplicas":{}}},"subresource":"status"}]
    """#

  /// A node's `status.images`.
  static let images =
    #"""
    [{"names":["registry.k8s.io/etcd@sha256:538454127b096499a94942a28a80796c738f13f3a971203dcaf6e67cb54ae613",\#
    "registry.k8s.io/etcd:3.5.16-0"],"sizeBytes":57680541},\#
    {"names":["docker.io/calico/node@sha256:f1bbcdcbfa53e0af9ce60302e76e41a084113b5f9d13928fc363508e860c74a8",\#
    "docker.io/calico/node:v3.28.2"],"sizeBytes":121503246},\#
    {"names":["docker.io/calico/cni@sha256:8ff34785799e5cc59082c363445c09d4949362cb90b604e1bbcfbaa056ce033d",\#
    "docker.io/calico/cni:v3.28.2"],"sizeBytes":94535610},\#
    {"names":["registry.k8s.io/kube-proxy@sha256:2e2ac13ef8e8d8db841f83c3a149d208a5158a3784587733b43c24b2278f91d2",\#
    "registry.k8s.io/kube-proxy:v1.31.4"],"sizeBytes":30229262},\#
    {"names":["registry.k8s.io/coredns/coredns@sha256:cc623af8783354f177bc4423fe379a3cb597b1a377fae985aca88ec3f8512067",\#
    "registry.k8s.io/coredns/coredns:v1.11.3"],"sizeBytes":18562039},\#
    {"names":["registry.k8s.io/provider-aws/aws-ebs-csi-driver@sha256:6a99b4b1f77dd1076b5904845b256270c619d90f6b9d5bd7a514f8d5c912aefc",\#
    "registry.k8s.io/provider-aws/aws-ebs-csi-driver:v1.36.0"],"sizeBytes":29511238},\#
    {"names":["registry.k8s.io/metrics-server/metrics-server@sha256:08d12e6b76c84d1d5ef5c4e4b8132aa4d69c007b5f3fce299d8162e799d43d91",\#
    "registry.k8s.io/metrics-server/metrics-server:v0.7.2"],"sizeBytes":19494617},\#
    {"names":["registry.k8s.io/pause@sha256:a708a824f612c933529285451500f2d8e71e27e752e2407b95edccf96a95cc26",\#
    "registry.k8s.io/pause:3.10"],"sizeBytes":320368}]
    """#

  static let probe =
    #"""
    {"httpGet":{"path":"/healthz","port":8080,"scheme":"HTTP"},"initialDelaySeconds":10,"timeoutSeconds":5,\#
    "periodSeconds":10,"successThreshold":1,"failureThreshold":5}
    """#

  static let mounts =
    #"""
    [{"name":"config","readOnly":true,"mountPath":"/etc/config"},{"name":"kube-api-access-x7k2p","readOnly":true,\#
    "mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]
    """#

  static let volumes =
    #"""
    [{"name":"config","configMap":{"name":"config","items":[{"key":"config","path":"config"}],"defaultMode":420}},\#
    {"name":"kube-api-access-x7k2p","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,\#
    "path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},\#
    {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],\#
    "defaultMode":420}}]
    """#

  static let tolerations =
    #"""
    [{"key":"CriticalAddonsOnly","operator":"Exists"},{"key":"node-role.kubernetes.io/control-plane",\#
    "effect":"NoSchedule"},{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute",\#
    "tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute",\#
    "tolerationSeconds":300}]
    """#

  static let resources =
    #"""
    {"limits":{"memory":"170Mi"},"requests":{"cpu":"100m","memory":"70Mi"}}
    """#

  static let securityContext =
    #"""
    {"capabilities":{"add":["NET_BIND_SERVICE"],"drop":["ALL"]},"readOnlyRootFilesystem":true,\#
    "allowPrivilegeEscalation":false}
    """#
}
