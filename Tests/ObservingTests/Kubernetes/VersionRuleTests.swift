import Promotion
import Testing

@testable import Observing

@Suite("Versions of API servers and kubelets")
struct VersionRuleTests {
  @Test(
    "Releases compare by what all parts of a cluster say",
    arguments: [
      ("v1.31.4", "1.31.4", true), ("v1.31.4", "v1.31.5", false), ("v1.31.4+k3s1", "v1.31.4+k3s2", true),
      ("v1.31.4-eks-2d5f260", "v1.31.4-eks-aeac579", true), ("v1.31.4-eks-2d5f260", "v1.31.4", true),
      ("v1.31.4-gke.1256000", "v1.31.4-gke.1256000", true), ("v1.31.4-gke.1256000", "v1.31.4-gke.1372000", false),
      ("v1.31.4+rke2r1", "v1.31.4-rke2r1-build20241212", true), ("v1.32.0-rc.1", "v1.32.0", false),
      ("v1.32.0-rc.1", "v1.32.0-rc.1", true), ("v1.32.0-rc.1", "v1.32.0-rc.2", false), ("v1.32.0-rc.1", "v1.32.0-eks-1", false),
      ("v1.32.0-alpha.1.23+abc", "v1.32.0-alpha.1.23", true), ("v1.31.4", "v1.31.4.0", true),
    ])
  func same(a: String, b: String, isSame: Bool) throws {
    let (x, y) = (try #require(Release(a)), try #require(Release(b)))
    #expect(x.isSame(as: y) == isSame)
    #expect(y.isSame(as: x) == isSame)
  }

  @Test(
    "Of two releases one is older",
    arguments: [
      ("v1.9.4", "v1.10.0"), ("v1.32.0-rc.2", "v1.32.0-rc.10"), ("v1.32.0-rc.1", "v1.32.0"),
      ("v1.32.0-alpha.3", "v1.32.0-beta.1"),
      ("v1.31.4-gke.999", "v1.31.4-gke.1000"), ("v1.31.4-eks-1", "v1.31.4-eks-2"), ("v1.32.0-rc.1", "v1.32.0-gke.1"),
    ])
  func older(a: String, b: String) throws {
    let (x, y) = (try #require(Release(a)), try #require(Release(b)))
    #expect(x.isOlder(than: y) && !y.isOlder(than: x))
  }

  @Test(
    "What is no version has no release",
    arguments: ["", "v1", "latest", "v0.0.0-master+$Format:%h$", "1.31.4\n", String(repeating: "1", count: 200) + ".1"])
  func none(text: String) { #expect(Release(text) == nil) }

  @Test(
    "An image's release is its tag",
    arguments: [
      ("registry.k8s.io/kube-apiserver:v1.31.4", "v1.31.4"), ("r:5000/kube-apiserver:v1.31.4@sha256:abc", "v1.31.4"),
      ("r:5000/kube-apiserver", nil), ("kube-apiserver@sha256:abc", nil), ("kube-apiserver:latest", nil),
    ] as [(String, String?)])
  func image(image: String, tag: String?) { #expect(Release(image: image)?.text == tag) }

  // MARK: API servers

  private func apiServer(_ node: String, _ image: String, isBeingDeleted: Bool = false) -> PodRow {
    var pod = PodRow("kube-system", "kube-apiserver-\(node)")
    (pod.node, pod.part, pod.image, pod.isBeingDeleted) = (node, "kube-apiserver", "k/kube-apiserver:" + image, isBeingDeleted)
    return pod
  }

  private func judge(_ reads: [String], _ pods: [PodRow] = []) -> (verdict: APIServerRule.Verdict, lines: [String]) {
    var list = FindingList()
    let verdict = APIServerRule(reads: reads, pods: pods, scope: .component("k")).judge(&list)
    #expect(list.findings.allSatisfy { $0.scope == .component("k") })
    return (verdict, list.findings.lines)
  }

  @Test("Readings that agree find nothing")
  func agree() {
    let (verdict, lines) = judge(["v1.31.4+k3s1", "v1.31.4+k3s1"], [apiServer("n1", "v1.31.4"), apiServer("n2", "latest")])
    #expect(
      lines.isEmpty && verdict.gap == nil && verdict.oldest?.text == "v1.31.4+k3s1" && verdict.newest?.text == "v1.31.4+k3s1")
  }

  @Test("Readings that differ are found, and the oldest is what runs")
  func mixed() {
    let (verdict, lines) = judge(["v1.31.4", "v1.30.2"])
    #expect(lines == ["version: the API servers run 1.30.2 and 1.31.4"])
    #expect(verdict.oldest?.text == "v1.30.2" && verdict.newest?.text == "v1.31.4")
    #expect(judge(["v1.31.4+k3s1", "v1.31.4+k3s2"]).lines.count == 1)
  }

  @Test("An API server that no reading met is found by its image")
  func image() {
    let pods = [apiServer("n1", "v1.31.4"), apiServer("n2", "v1.30.2"), apiServer("n3", "v1.30.1", isBeingDeleted: true)]
    let (verdict, lines) = judge(["v1.31.4", "v1.31.4"], pods)
    #expect(lines == ["apiserver/n2: node n2 runs kube-apiserver 1.30.2, the API server that answered 1.31.4"])
    #expect(verdict.oldest?.text == "v1.30.2" && verdict.newest?.text == "v1.31.4")
    let newer = judge(["v1.30.2"], pods)
    #expect(newer.verdict.oldest?.text == "v1.30.2" && newer.verdict.newest?.text == "v1.31.4")
  }

  @Test("What is no version is not told")
  func noVersion() {
    let (verdict, lines) = judge(["nonsense\u{1B}[1m"])
    #expect(verdict.gap == "the API server says that its version is \"nonsense [1m\", which is none")
    #expect(lines.isEmpty && verdict.oldest == nil)
  }

  // MARK: Kubelets

  private func kubelets(_ version: String, apiServer: String, component: String? = "k", newest: String? = nil) throws -> [String]
  {
    let rule = KubeletRule(
      nodes: [NodeRow("n1", kubelet: version)], oldest: try #require(Release(apiServer)),
      newest: try #require(Release(newest ?? apiServer)), component: component)
    return found { list in #expect(rule.judge(&list) == nil) }.lines
  }

  @Test("A kubelet that is left behind is found, for the component")
  func leftBehind() throws {
    #expect(try kubelets("v1.31.4", apiServer: "v1.31.4").isEmpty)
    #expect(
      try kubelets("v1.30.2", apiServer: "v1.31.4") == [
        "node/n1/kubelet/1.31.4: node n1 runs kubelet 1.30.2, the API server 1.31.4"
      ])
    #expect(try kubelets("v1.30.2", apiServer: "v1.31.4", component: nil).isEmpty)
    #expect(try kubelets("v1.30.2", apiServer: "v1.30.2", newest: "v1.31.4").count == 1)
  }

  @Test(
    "The skew of kubelets is Kubernetes' own rule",
    arguments: [
      ("v1.31.9", "v1.31.4", nil), ("v1.28.0", "v1.31.4", nil), ("v1.27.0", "v1.31.4", "more than 3 minor versions older"),
      ("v1.25.0", "v1.28.0", nil), ("v1.24.0", "v1.26.0", nil), ("v1.24.0", "v1.27.0", "more than 2 minor versions older"),
      ("v1.32.0", "v1.31.4", "a kubelet must not be newer"), ("v2.0.0", "v1.31.4", "another major version"),
    ] as [(String, String, String?)])
  func skew(kubelet: String, apiServer: String, wrong: String?) throws {
    let lines = try kubelets(kubelet, apiServer: apiServer, component: nil)
    let words = "node n1 runs kubelet \(kubelet.dropFirst()), the API server \(apiServer.dropFirst())"
    #expect(lines == (wrong.map { ["node/n1/skew: \(words): \($0)"] } ?? []))
  }

  @Test("A kubelet that does not say is not told")
  func silent() throws {
    let release = try #require(Release("v1.31.4"))
    let rule = KubeletRule(nodes: [NodeRow("n1", kubelet: "")], oldest: release, newest: release, component: "k")
    var list = FindingList()
    #expect(rule.judge(&list) == "node n1 does not say which version its kubelet runs")
    #expect(list.findings.isEmpty)
  }
}
