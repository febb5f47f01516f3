import Testing

@testable import Kubernetes

@Suite struct KubernetesPathTests {
  @Test("A name is one segment, whatever stands in it")
  func segments() {
    #expect(KubernetesPath.path("/api/v1/namespaces", "kube-system", "pods") == "/api/v1/namespaces/kube-system/pods")
    #expect(KubernetesPath.path("/api", "a/../b?c#d e") == "/api/a%2F..%2Fb%3Fc%23d%20e")
    #expect(KubernetesPath.path("/api", "..") == "/api/%2E%2E")
    #expect(KubernetesPath.encoded("é\n") == "%C3%A9%0A")
  }
}
