import FakeKubernetes
import Foundation
import TestSupport
import Testing

/// What is asked beside the cluster itself, and what it is asked with, by the built binary.
@Suite struct `Components, probes and plugins` {
  @Test func `components are read where they show their version, and probes are asked, each for its own group`() throws {
    var plan = APIWorld.Plan()
    plan.components = """
        info:
          field: versions.info
          observe: {configMap: {namespace: kube-system, name: cluster-info, key: automation}}

      """
    plan.component = """
          probes:
            - {name: smoke, errorLimit: 1, run: [./smoke, "{cluster}"]}
            - {name: trial, dryRun: true, run: [./trial]}

      """
    let it = try APIWorld(plan)
    let folder = it.world.folder
    try it.world.commit("A component more") {
      try $0.write("versions:\n  app: 1.31.4\n  info: 1.4.2\nregion: eu\n", to: "defaults.yaml")
    }
    let smoke = "#!/bin/sh\n[ -e \"$WORLD/smoke-$1\" ] || exit 0\nexit \"$(cat \"$WORLD/smoke-$1\")\"\n"
    try Command.check(["chmod", "+x", try folder.write(smoke, to: "smoke")])
    try Command.check(["chmod", "+x", try folder.write("#!/bin/sh\necho would fail\nexit 1\n", to: "trial")])
    let said = try it.check(times: 2)
    #expect(said.contains("d1: probe trial (dry run, not counted): bad: would fail"))
    #expect(try it.isHealthy("d1") == true && it.isHealthy("d1", "info") == true)
    #expect(try it.version("d1", of: "info") == "v1.4.2")
    // No answer once is unknown, twice a failure; a wrong one is a failure at once.
    try folder.write("7", to: "smoke-d1")
    try folder.write("1", to: "smoke-d2")
    #expect(try it.check().contains("d1: can't be read: probe smoke"))
    #expect(try it.isHealthy("d1") == true && it.isHealthy("d2") == false)
    try it.check()
    #expect(try it.isHealthy("d1") == false && it.isHealthy("d1", "info") == true)
    #expect(try it.reasons("d1").contains { $0.contains("probe smoke gave no answer 2 times in a row") })
    try Command.check(["rm", "smoke-d1", "smoke-d2"], in: it.world.path)
    try it.check(times: 2)
    #expect(try it.isHealthy("d1") == true && it.isHealthy("d2") == true)
    it.server.update("d1") { $0.configMaps.removeAll { $0.metadata.name == "cluster-info" } }
    let gone = try it.check()
    #expect(gone.contains("d1: can't be read: ") && gone.contains("cluster-info"), "\(gone)")
    #expect(try it.isHealthy("d1") == true)
  }

  @Test func `a plugin gives what a cluster is asked with, once a run and again when refused, and nothing of it is shown`() throws
  {
    let it = try APIWorld()
    let folder = it.world.folder
    var kubeconfig = try folder.text("kubeconfig")
    for cluster in ["d1", "d2", "p1"] {
      kubeconfig = kubeconfig.replacingOccurrences(
        of: "token: \(it.server.token(cluster))",
        with: "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [\(cluster)], interactiveMode: Never}"
      )
      try folder.write(it.server.token(cluster), to: "tokens/\(cluster)")
    }
    try folder.write(kubeconfig, to: "kubeconfig")
    let plugin = """
      #!/bin/sh
      echo "$1" >> "$WORLD/plugin.log"
      echo "the token is $(cat "$WORLD/tokens/d2")" >&2
      token=$(cat "$WORLD/tokens/$1") || exit 3
      printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$token"

      """
    try Command.check(["chmod", "+x", try folder.write(plugin, to: "plugin")])
    func runs() throws -> [Int] {
      let log = try folder.text("plugin.log").split(separator: "\n")
      try folder.write("", to: "plugin.log")
      return ["d1", "d2", "p1"].map { name in log.count { $0 == name } }
    }
    let tokens = ["d1", "d2", "p1"].map { it.server.token($0) }
    let first = try it.world.sluice("check", "-v")
    #expect(try runs() == [1, 1, 1])
    #expect(try ["d1", "d2", "p1"].allSatisfy { try it.record($0)["known"] as? Bool == true })
    // Its token runs out, and it gives the new one; then it gives none.
    it.server.replaceToken("d1", by: "another-token-0123456789")
    try folder.write("another-token-0123456789", to: "tokens/d1")
    let second = try it.world.sluice("check", "-v")
    #expect(!second.output.contains("can't be read"))
    try Command.check(["rm", "tokens/d1"], in: it.world.path)
    try folder.write("stale-token-0123456789", to: "tokens/p1")
    let third = try it.world.sluice("check", "-v")
    #expect(third.output.contains("d1: can't be read: ") && third.output.contains("plugin exited with status 3"))
    #expect(third.output.contains("p1: can't be read: ") && third.output.contains("401"))
    #expect(!third.output.contains("d2: can't be read"))
    for run in [first, second, third] {
      for token in tokens + ["another-token-0123456789", "stale-token-0123456789"] {
        #expect(!(run.output + run.errors).contains(token), "\(run.output)\(run.errors)")
      }
    }
  }

  @Test func `a client's certificate is as good as a token`() throws {
    let it = try APIWorld()
    try it.world.folder.write(it.server.kubeconfig(for: ["d1", "d2", "p1"], auth: .clientCertificate), to: "kubeconfig")
    #expect(try !it.check().contains("can't be read"))
    #expect(it.server.requests("d1").allSatisfy { $0.user != nil })
  }
}
