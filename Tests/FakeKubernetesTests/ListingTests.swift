import FakeKubernetes
import Foundation
import TestSupport
import Testing

@Suite("What the fake Kubernetes API answers")
struct ListingTests {
  private func names(_ reply: Asked.Reply) -> [String] {
    reply.items.compactMap { ($0["metadata"] as? [String: Any])?["name"] as? String }
  }

  @Test("a node and a workload are as large as on real clusters")
  func sizes() throws {
    let asked = try Asked()
    let node = try asked.curl("/api/v1/nodes/worker-1")
    #expect((4_000...6_500).contains(node.body.utf8.count))
    let workload = try asked.curl("/apis/apps/v1/namespaces/kube-system/deployments/coredns")
    #expect((2_500...4_500).contains(workload.body.utf8.count))
    #expect(node.json["kind"] as? String == "Node")
    #expect(workload.json["kind"] as? String == "Deployment")
  }

  @Test("lists in pages, each object once and sorted")
  func pages() throws {
    let asked = try Asked(.healthy(version: "v1.31.4", nodes: 7))
    var found: [String] = []
    var token = ""
    var pages = 0
    repeat {
      let reply = try asked.curl("/api/v1/nodes?limit=3&continue=\(token)")
      found += names(reply)
      token = reply.metadata["continue"] as? String ?? ""
      pages += 1
      #expect(reply.metadata["remainingItemCount"] as? Int == [1: 4, 2: 1][pages])
      #expect(reply.items.allSatisfy { $0["kind"] == nil })
    } while !token.isEmpty && pages < 9
    #expect(pages == 3)
    #expect(found == asked.server.cluster(Asked.name).nodes.map(\.name).sorted())
  }

  @Test("refuses a page's token that ran out, and a version beside a token")
  func expiredTokens() throws {
    let asked = try Asked()
    let token = try asked.curl("/api/v1/pods?limit=2").metadata["continue"] as? String ?? ""
    #expect(try asked.curl("/api/v1/pods?limit=2&continue=\(token)&resourceVersion=1").status == 400)
    #expect(try asked.curl("/api/v1/pods?limit=2&continue=\(token)").status == 200)
    asked.server.update(Asked.name) { $0.continueGeneration += 1 }
    let reply = try asked.curl("/api/v1/pods?limit=2&continue=\(token)")
    #expect(reply.status == 410)
    #expect(reply.json["reason"] as? String == "Expired")
    #expect(try asked.curl("/api/v1/pods?limit=2&continue=worthless").status == 400)
  }

  @Test(
    "selects by labels and fields",
    arguments: [
      ("/api/v1/pods?labelSelector=component%3Detcd", ["etcd-control-plane-1"]),
      ("/api/v1/pods?labelSelector=component%3Detcd,tier%21%3Dcontrol-plane", []),
      ("/api/v1/nodes?fieldSelector=metadata.name%3Dworker-1", ["worker-1"]),
      (
        "/api/v1/namespaces/kube-system/secrets?labelSelector=owner%3Dhelm,name%3Dapi,status%3Ddeployed",
        ["sh.helm.release.v1.api.v2"]
      ),
      ("/api/v1/pods?fieldSelector=status.phase%21%3DRunning", []), ("/api/v1/namespaces/other/pods", []),
      ("/apis/apps/v1/namespaces/kube-system/daemonsets", ["kube-proxy"]),
      ("/api/v1/nodes?labelSelector=node-role.kubernetes.io/control-plane", ["control-plane-1"]),
    ])
  func selectors(_ path: String, _ expected: [String]) throws {
    var cluster = FakeCluster.healthy(version: "v1.31.4")
    cluster.secrets = [1, 2].map { revision in
      .helmRelease(
        "api", namespace: "kube-system", revision: revision, status: revision == 2 ? "deployed" : "superseded", record: "H4sI")
    }
    #expect(names(try Asked(cluster).curl(path)) == expected)
  }

  @Test(
    "knows what is not there",
    arguments: [
      "/api/v1/nodes/other", "/api/v1/widgets", "/apis/example.com/v1/things", "/nothing", "/api/v1/namespaces/kube-system/nodes",
      "/api/v1/namespaces/kube-system/configmaps/other", "/api/v2", "/apis/apps/v1/deployments/coredns",
    ])
  func absent(_ path: String) throws {
    let reply = try Asked().curl(path)
    #expect(reply.status == 404)
    #expect(reply.json["reason"] as? String == "NotFound")
  }

  @Test("readyz tells by its status, and the checks in words")
  func readyz() throws {
    let asked = try Asked()
    #expect(try asked.curl("/readyz").body == "ok")
    #expect(try asked.curl("/readyz?verbose").body.hasSuffix("readyz check passed\n"))
    asked.server.update(Asked.name) { $0.failingChecks = ["etcd"] }
    let reply = try asked.curl("/readyz")
    #expect(reply.status == 500)
    #expect(reply.body.contains("[-]etcd failed: reason withheld\n"))
  }

  @Test("each connection stays with one of the API servers, in turn")
  func severalServers() throws {
    var cluster = FakeCluster.healthy(version: "v1.31.4", nodes: 5, controlPlane: 3)
    cluster.apiServers[1] = "v1.32.0+k3s1"
    let asked = try Asked(cluster)
    let versions = try (0..<6).map { _ in try asked.curl("/version").json["gitVersion"] as? String }
    #expect(versions == Array(repeating: ["v1.31.4", "v1.32.0+k3s1", "v1.31.4"], count: 2).flatMap(\.self))
    #expect(asked.server.requests(Asked.name).map(\.apiServer) == [0, 1, 2, 0, 1, 2])
    let url = asked.server.url(Asked.name) + "/version"
    #expect(try asked.curl("/version", arguments: [url, "-o", "/dev/null", "-o", "/dev/null"]).status == 200)
    #expect(asked.server.requests(Asked.name).suffix(2).map(\.connection) == [6, 6])
  }

  @Test("the date is the clock's")
  func dates() throws {
    let asked = try Asked(clock: 1_771_325_045)
    #expect(try asked.curl("/version").head.contains("Date: Tue, 17 Feb 2026 10:44:05 GMT\r\n"))
  }

  @Test("a changed object has a new version, the others keep theirs")
  func versionsOfObjects() throws {
    let asked = try Asked()
    let before = asked.server.cluster(Asked.name)
    asked.server.update(Asked.name) { $0.nodes[1].isReady = false }
    let after = asked.server.cluster(Asked.name)
    #expect(after.nodes[1].metadata.resourceVersion == after.revision)
    #expect(after.revision == before.revision + 1)
    #expect(after.nodes[0] == before.nodes[0])
    #expect(try asked.curl("/api/v1/nodes/worker-1").body.contains(#""type":"Ready","status":"False""#))
  }

  @Test("a watch tells what is there, and what changes")
  func watches() throws {
    let asked = try Asked()
    let target = "/api/v1/nodes?watch=true&fieldSelector=metadata.name%3Dworker-1"
    let all = try asked.curl(target + "&timeoutSeconds=0").body
    #expect(all.split(separator: "\n").count == 1)
    #expect(all.hasPrefix(#"{"type":"ADDED","object":{"kind":"Node""#))
    let version = asked.server.cluster(Asked.name).revision
    #expect(try asked.curl(target + "&timeoutSeconds=0&resourceVersion=\(version)").body == "")
    asked.server.update(Asked.name) { $0.cordon("worker-1") }
    #expect(try asked.curl(target + "&timeoutSeconds=0&resourceVersion=\(version)").body.contains(#""unschedulable":true"#))
    #expect(try asked.curl(target + "&sendInitialEvents=true").status == 422)
  }

  @Test("stops with connections open, and closes them")
  func stops() throws {
    let asked = try Asked()
    let running = try Command.start(
      ["curl", "-q", "-sS", "--noproxy", "*", "--cacert", asked.folder.path + "/ca.pem"] + asked.bearer
        + [asked.server.url(Asked.name) + "/api/v1/nodes?watch=true"])
    while asked.server.requests(Asked.name).isEmpty { usleep(1_000) }
    asked.server.stop()
    #expect(asked.server.openConnections(Asked.name) == 0)
    #expect(try running.wait().status != 0)
    #expect(try asked.curl("/version").exit == 7)
  }
}
