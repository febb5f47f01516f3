/// Policies that name servers in ways that can't be right.
enum WrongForges {
  static let all: [(String, String)] = [
    ("github without credentials", forge("{kind: github}")),
    ("github with two credentials", forge("{kind: github, credentials: {token: {env: T}, app: {id: 1, key: {file: k}}}}")),
    ("a token from nowhere", forge("{kind: github, credentials: {token: {}}}")),
    ("a token in the policy", forge("{kind: github, credentials: {token: ghp_abc}}")),
    ("an App without a key", forge("{kind: github, credentials: {app: {id: 1, installation: none}}}")),
    ("an API that is no address", forge("{kind: github, api: github.example, project: acme, credentials: {token: {env: T}}}")),
    (
      "github of a repository on a path",
      policy("forge: {kind: github, credentials: {token: {env: T}}}\n", repository: "{url: ../fleet.git}")
    ),
    ("what the local forge does not need", forge("{kind: local, api: \"https://a.test\", credentials: {token: {env: T}}}")),
    ("credentials for ssh", policy("", repository: "{url: \"ssh://git@a.test/b\", credentials: {token: {env: T}}}")),
    ("a user with a colon", policy("", repository: "{url: \"https://a.test/b\", credentials: {user: \"a:b\", token: {env: T}}}")),
    ("a forge's merge without a forge", policy("", stage: "merge: {method: forge}")),
    ("a style of pushing", policy("", stage: "merge: {style: squash}")),
    ("an unknown style", policy(github, stage: "merge: {style: fast}")),
    ("a label of Sluice's own", policy(github, stage: "pullRequest: {labels: [sluice/hold], reviewer: dana}")),
    ("reviewers of a group", policy(github, stage: "for: {api: {pullRequest: {labels: [a]}, merge: {style: merge}}}")),
  ]

  private static let github = "forge: {kind: github, credentials: {token: {env: T}}}\n"

  private static func forge(_ text: String) -> String { policy("forge: \(text)\n") }

  private static func policy(
    _ more: String, repository: String = "{url: \"https://github.com/acme/fleet.git\"}", stage: String = "soak: 1h"
  ) -> String {
    """
    name: test
    repository: \(repository)
    fleet: {clusters: "c/{cluster}.yaml", layers: ["c/{cluster}.yaml"]}
    components: {api: {field: a}}
    stages: [{name: dev, select: {}, \(stage)}]
    \(more)
    """
  }
}
