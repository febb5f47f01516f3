/// Policies that are wrong about waves, about a group's own settings, and about time.
extension WrongPolicies {
  private static func dev(_ more: String) -> String { policy(stages: "stages: [{name: dev, select: {}, \(more)}]\n") }

  static let waveErrors: [(String, String)] = [
    ("waves that are a number", dev("waves: 3")),
    ("no waves", dev("waves: []")),
    ("waves without to", dev("waves: [1, {soak: 1h}]")),
    ("a wave without to", dev("waves: [{to: 1}, {soak: 1h}]")),
    ("a mistyped key of a wave", dev("waves: [{to: 1, soka: 1h}, {to: 100%}]")),
    ("a wave of nothing", dev("waves: [{to: 0}, {to: 100%}]")),
    ("a wave of no percent", dev("waves: [{to: 0%}, {to: 100%}]")),
    ("a wave of more than all", dev("waves: [{to: 1, soak: 1}, {to: 110%}]")),
    ("waves that shrink", dev("waves: [{to: 5}, {to: 20%}, {to: 3}, {to: 20%}, {to: 100%}]")),
    ("a wave after the whole stage", dev("waves: [{to: 1}, {to: 100%}, {to: 100%}]")),
    ("waves that don't end with the whole stage", dev("waves: [{to: 1}, {to: 12.5%}]")),
    ("a last wave that is a count", dev("waves: [{to: 10%}, {to: 30}]")),
    ("a wave that can't be in flight", dev("maxInFlight: 5, waves: [{to: 1}, {to: 6}, {to: 12}, {to: 100%}]")),
    ("a first wave that can't be in flight", dev("waves: [{to: 6}, {to: 100%}], maxInFlight: 5")),
    (
      "a stage with names that others have",
      policy(stages: "stages: [{name: dev, select: {}, was: [qa, Dev]}, {name: prod, select: {}, was: [dev, qa, old, old]}]\n")
    ),
    ("other words", dev("afterTakeBack: ask, onFailure: [alert]")),
  ]

  static let groupErrors: [(String, String)] = [
    ("an unknown group", dev("for: {apl: {soak: 1h}}")),
    (
      "a component that moves with others",
      policy("groups: {platform: [kubernetes, api]}\n", stages: "stages: [{name: dev, select: {}, for: {api: {soak: 1h}}}]\n")
    ),
    ("a group whose settings are a text", dev("for: {api: fast}")),
    ("groups that are a list", dev("for: [api]")),
    (
      "settings that are the whole stage's",
      dev("for: {api: {apply: {run: [x]}, select: {}, windows: [a], sok: 1h, merge: {method: push, approval: 1}}}")
    ),
    ("a group's own errors", dev("for: {api: {soak: soon, gates: [yml], waves: [{to: 2}], merge: {windows: nights}}}")),
    (
      "a group whose waves can't be in flight",
      dev(
        "maxInFlight: 9, waves: [{to: 8}, {to: 100%}], for: {api: {maxInFlight: 5}, kubernetes: {waves: [{to: 10}, {to: 100%}]}}")
    ),
  ]

  static let timeErrors: [(String, String)] = [
    ("windows that are a list", policy("windows: [{days: mon-fri}]\n")),
    ("a window of nothing", policy("windows: {day: {zone: UTC}, night: {}}\n")),
    ("a window with bad days", policy("windows: {day: {days: [mon, monday, mon-tue-wed, fri-]}, night: {days: []}}\n")),
    (
      "a window with bad hours",
      policy(
        "windows: {day: {hours: 9-16}, night: {hours: [\"22:00-02:00\", \"24:00-01:00\", \"09:00-09:00\"]}, no: {hours: []}}\n")
    ),
    ("a mistyped key of a window", policy("windows: {day: {day: mon, hours: \"09:00-16:00\"}}\n")),
    ("a window with capitals", policy("windows: {Day: {days: mon}}\n")),
    ("a mistyped zone", policy("windows: {day: {days: mon, zone: Europe/Berln}}\n")),
    ("a zone by an old name", policy("windows: {day: {days: mon, zone: PST}}\n")),
    ("a zone out of the folder", policy("windows: {day: {days: mon, zone: ../../../etc/passwd}}\n")),
    (
      "an unknown window",
      policy(
        "windows: {business-hours: {days: mon-fri}}\n",
        stages: "stages: [{name: dev, select: {}, merge: {windows: [busines-hours, business-hours, business-hours]}}]\n")
    ),
    ("a window that nobody has defined", dev("merge: {windows: [nights]}")),
    ("windows and freezes of a stage", dev("windows: [nights], freezes: []")),
    ("freezes that are a mapping", policy("freezes: {from: 2026-12-18}\n")),
    ("a freeze without an end", policy("freezes: [{from: 2026-12-18, reason: holidays}]\n")),
    ("a freeze without days", policy("freezes: [{stages: [dev]}]\n")),
    ("a freeze with bad dates", policy("freezes: [{from: 18.12.2026, until: 2026-02-30}]\n")),
    (
      "a freeze with a zone in its times", policy("freezes: [{from: \"2026-12-18T09:00Z\", until: 2026-12-18 10:00}]\n")
    ),
    (
      "a freeze that ends first",
      policy("freezes: [{from: 2027-01-04, until: 2026-12-18}, {from: 2027-01-04, until: 2027-01-04}]\n")
    ),
    (
      "a freeze of unknown stages",
      policy(
        "freezes: [{from: 2026-12-18, until: 2026-12-19, stages: [dve, dev]}, {from: 2026-12-18, until: 2026-12-19, stages: []}]\n"
      )
    ),
    ("a freeze of groups", policy("freezes: [{from: 2026-12-18, until: 2026-12-19, groups: [api], zone: Mars/Olympus}]\n")),
    ("observing that is neither", policy("observeOnly: maybe\n")),
    ("bots that are a text", policy("forge: {kind: local, bots: renovate}\n")),
  ]
}
