/// Policies that are wrong in one way or several each.
enum WrongPolicies {
  static let top = "repository: {url: ../config.git}\n"
  static let fleet = "fleet: {clusters: \"c/{cluster}.yaml\", layers: [\"c/{cluster}.yaml\"]}\n"
  static let components = "components: {kubernetes: {field: versions.kubernetes}, api: {field: versions.api}}\n"
  static let stages = "stages: [{name: dev, select: {tier: dev}}]\n"

  static func policy(
    _ more: String = "", top: String = top, fleet: String = fleet, components: String = components, stages: String = stages
  ) -> String { top + fleet + components + stages + more }

  static let all: [(title: String, text: String)] =
    whole + parts + componentErrors + stageErrors + waveErrors + groupErrors + timeErrors + WrongObserving.all + WrongForges.all
    + unsupported

  private static let whole: [(String, String)] = [
    ("empty", ""),
    ("a list", "- a\n"),
    ("not YAML", "name: [a\n"),
    ("two documents", policy("---\na: 1\n")),
    ("nothing but a name", "name: x\n"),
    ("a mistyped key", policy("componnents: {}\n")),
    ("a key that nothing resembles", policy("zzzzzz: 1\n")),
    ("a key twice", policy("maxGap: 1h\nmaxGap: 2h\n")),
    ("a key without a value", policy("maxGap:\n")),
    ("a bad name", policy("name: Prod Clusters\n")),
    ("a length of time without a unit", policy("maxGap: 30\n")),
  ]

  private static let parts: [(String, String)] = [
    ("no url", policy(top: "repository: {branch: main}\n")),
    ("a password in the address", policy(top: "repository: {url: \"https://dana:secret@example.test/a.git\"}\n")),
    ("an unknown scheme", policy(top: "repository: {url: \"svn://example.test/a\"}\n")),
    ("a repository that is a text", policy(top: "repository: ../config.git\n")),
    ("the ledger on the base branch", policy(top: "repository: {url: a, branch: main, ledger: {branch: main}}\n")),
    ("a bad ref", policy(top: "repository: {url: a, branch: \"a..b\", ledger: {ref: ledger}}\n")),
    ("an author with brackets", policy(top: "repository: {url: a, author: {name: \"a <b>\", mail: x}}\n")),
    ("two ways to sign", policy(top: "repository: {url: a, sign: {ssh: {file: x}, openpgp: y}}\n")),
    ("a key from nowhere", policy(top: "repository: {url: a, sign: {ssh: {}}}\n")),
    ("an unknown forge", policy("forge: {kind: locl}\n")),
    ("clusters without {cluster}", policy(fleet: "fleet: {clusters: \"c/{name}.yaml\", layers: [a.yaml]}\n")),
    ("no clusters", policy(fleet: "fleet: {layers: [a.yaml]}\n")),
    ("a cluster named twice", policy(fleet: "fleet: {clusters: [a, b, a], layers: [a.yaml]}\n")),
    ("a cluster with a slash", policy(fleet: "fleet: {clusters: {a/b: {x: 1}}, layers: [a.yaml]}\n")),
    (
      "layers out of the repository",
      policy(fleet: "fleet: {clusters: [a], layers: [../a.yaml, /b.yaml, \"{x\", \"{a}{b}\", a//b]}\n")
    ),
    ("layers that are a text", policy(fleet: "fleet: {clusters: [a], layers: a.yaml}\n")),
    ("a command that is a text", policy("connect: {run: observe, parallel: 0}\n")),
    ("a component in two groups", policy("groups: {a: [api, kubernetes], b: [api]}\n")),
    ("an unknown component in a group", policy("groups: {a: [kubernets, api]}\n")),
    ("a group with a component's name", policy("groups: {api: [api, kubernetes]}\n")),
    ("a group of one with another name", policy("groups: {web: [api]}\n")),
    ("an empty group", policy("groups: {web: []}\n")),
    ("a gate that is built in", policy("gates: {yaml: {run: [x]}}\n")),
  ]

  private static let componentErrors: [(String, String)] = [
    ("no field", policy(components: "components: {api: {order: semver}}\n")),
    ("a bad field", policy(components: "components: {api: {field: \"a..b\"}}\n")),
    ("a mistyped key of a component", policy(components: "components: {api: {feild: a}}\n")),
    ("unknown words", policy(components: "components: {api: {field: a, order: semvr, step: mayor, goesBack: sometimes}}\n")),
    ("a bad range", policy(components: "components: {api: {field: a, allow: \">=\"}}\n")),
    ("step without semver", policy(components: "components: {api: {field: a, order: seen, step: minor, suffix: x}}\n")),
    ("requires of nobody", policy(components: "components: {api: {field: a, requires: {apu: \">=1\", api: \">=1\"}}}\n")),
    (
      "requires with an unknown placeholder",
      policy(components: "components: {api: {field: a, requires: {db: \">= {mayor}\"}}, db: {field: b}}\n")
    ),
    ("a value without {version}", policy(components: "components: {api: {field: a, value: \"api:{tag}\"}}\n")),
    ("a value that can't be told apart", policy(components: "components: {api: {field: a, value: \"{version}{digest}\"}}\n")),
    ("no layers and no file", policy(fleet: "fleet: {clusters: [a]}\n")),
    ("two sources", policy(components: "components: {api: {field: a, upstream: {list: [1.0.0], gitTags: {url: x}}}}\n")),
    ("a bad list", policy(components: "components: {api: {field: a, upstream: {list: [1.0.0, 1.0.0, \"a b\"]}}}\n")),
    ("a tag without {version}", policy(components: "components: {api: {field: a, upstream: {gitTags: {url: x, tag: v1}}}}\n")),
    ("a component with capitals", policy(components: "components: {API: {field: a}}\n")),
  ]

  private static let stageErrors: [(String, String)] = [
    ("no select", policy(stages: "stages: [{name: dev}]\n")),
    ("stages that are a mapping", policy(stages: "stages: {dev: {select: {}}}\n")),
    ("no stages", policy(stages: "stages: []\n")),
    ("an unknown stage", policy(stages: "stages: [{name: dev, select: {}}, {name: prod, after: dve, select: {}}]\n")),
    ("a stage twice", policy(stages: "stages: [{name: dev, select: {}}, {name: dev, select: {}}]\n")),
    ("a stage after itself", policy(stages: "stages: [{name: dev, after: dev, select: {}}]\n")),
    (
      "a circle",
      policy(
        stages: """
          stages:
            - {name: dev, select: {}}
            - {name: a, after: [dev, c], select: {}}
            - {name: b, after: a, select: {}}
            - {name: c, after: b, select: {}}
            - {name: d, after: c, select: {}}

          """)
    ),
    ("an unknown gate", policy(stages: "stages: [{name: dev, select: {}, gates: [yml, resolve, resolve]}]\n")),
    (
      "bad numbers",
      policy(stages: "stages: [{name: dev, select: {}, atLeast: most, soak: 1h30m, merge: {approvals: -1}, maxInFlight: 0}]\n")
    ),
    ("an unknown trigger", policy(stages: "stages: [{name: dev, select: {}, apply: {run: [x], on: [verson]}}]\n")),
    ("an apply without a command", policy(stages: "stages: [{name: dev, select: {}, apply: {timeout: 1h}}]\n")),
    ("an unknown method", policy(stages: "stages: [{name: dev, select: {}, merge: {method: pull}}]\n")),
    ("a bad field in select", policy(stages: "stages: [{name: dev, select: {\"a[\": x, tier: []}}]\n")),
  ]

  private static let unsupported: [(String, String)] = [
    ("notify", policy("notify: []\n")),
    ("another forge", policy("forge: {kind: gitlab}\n")),
    ("a ledger elsewhere", policy(top: "repository: {url: a, ledger: {url: b, credentials: {}}}\n")),
    ("other sources", policy(components: "components: {api: {field: a, upstream: {oci: ghcr.io/acme/api}}}\n")),
    ("run and status gates", policy("gates: {lint: {run: [x]}, e2e: {status: {context: y}}}\n")),
  ]
}
