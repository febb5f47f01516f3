import Promotion

/// The parts of a pull request's text, each with a bound of its own and a line feed at its end; empty where there is nothing to say.
extension PromotionText {
  /// Of a take-back and a consolidation: why.
  var becauseSection: String {
    var lines = because.prefix(12).map { "- \(MarkdownText.plain($0, limit: 400))\n" }
    if !stranded.isEmpty {
      let verb = stranded.count == 1 ? "can't go back and stays as it is" : "can't go back and stay as they are"
      lines.append("- \(ListText.count(stranded.count, "cluster")) (\(MarkdownText.codes(stranded, limit: 12))) \(verb).\n")
    }
    return lines.isEmpty ? "" : "### Why\n\n\(lines.joined())"
  }

  var sentence: String {
    let froms = MarkdownText.plain(tuples.origins(fromSet), limit: 400)
    let group = MarkdownText.plain(slot.group, limit: 80)
    let count = ListText.count(promotion.from.count, "cluster")
    switch kind {
    case .promote: break
    case .takeBack:
      return "Takes \(group) back from \(froms) to \(MarkdownText.plain(tuples.origins(backSet), limit: 200)) on \(count) of "
        + "\(MarkdownText.plain(slot.stage, limit: 80)).\n"
    case .consolidate:
      return "Moves \(MarkdownText.plain(tuples.name(promotion.to), limit: 200)), which has qualified in "
        + "\(MarkdownText.plain(slot.stage, limit: 80)), into the layer that gave the version before, and removes the overrides of "
        + "\(count). No effective value of any cluster changes.\n"
    }
    let wave = promotion.wave.of > 1 ? ", \(waveWords)" : ""
    let stages = ListText.joined(evidence.map { MarkdownText.plain($0.stage, limit: 80) }, limit: 4)
    let why =
      if !evidence.isEmpty { ", because it has qualified in \(stages)" } else if !discoveries.isEmpty {
        ", because it is the newest that the policy admits"
      } else { "" }
    return "Moves \(MarkdownText.plain(slot.group, limit: 80)) from \(froms) to "
      + "\(MarkdownText.plain(tuples.versions(promotion.to), limit: 200)) on "
      + "\(count) of \(MarkdownText.plain(slot.stage, limit: 80))\(wave)\(why).\n"
  }

  var componentTable: String {
    if kind == .consolidate { return "" }
    let rows = tuples.parts(promotion.to).map { component, version in
      let (before, after) = (before(component), kind == .takeBack ? after(component) : [version])
      let to = before == after ? "unchanged" : Self.versions(after)
      return [MarkdownText.code(component, limit: 80), Self.versions(before), to]
    }
    return MarkdownText.table(["component", "from", "to"], rows, limit: 6000)
      + upstream.prefix(5).map { link in
        "\n" + MarkdownText.link("What changed in \(MarkdownText.plain(link.component, limit: 80))", to: link.address) + "\n"
      }.joined()
  }

  private static func versions(_ versions: [Version?]) -> String {
    ListText.joined(versions.map { $0.map { MarkdownText.code($0.text) } ?? "absent" }, limit: 4)
  }

  var clusterSection: String {
    let names = MarkdownText.codes(promotion.from.keys.sorted(), limit: 24)
    let rows = edits.map { [MarkdownText.code($0.path), MarkdownText.code($0.what, limit: 240)] }
    return "### Clusters and files\n\n\(ListText.count(promotion.from.count, "cluster")): \(names).\n\n"
      + folded(MarkdownText.table(["file", "change"], rows, limit: 8000), count: rows.count, "file")
  }

  var evidenceSection: String {
    let proofs = evidence.prefix(12).map { evidence in
      "- \(MarkdownText.plain(evidence.stage, limit: 80)) ran \(MarkdownText.plain(tuples.name(evidence.tuple))) on "
        + "\(ListText.count(evidence.clusters.count, "cluster")) (\(MarkdownText.codes(evidence.clusters.sorted(), limit: 5))) "
        + "and qualified at \(TimeText.people(evidence.qualifiedAt)).\n"
    }
    let origins = discoveries.prefix(12).map { discovery in
      let published = discovery.published.map { "was published at \(TimeText.people($0)) and " } ?? "was "
      return "- \(MarkdownText.code(discovery.component, limit: 80)) \(MarkdownText.code(discovery.version.text)) "
        + "\(published)first seen at \(TimeText.people(discovery.firstSeen)).\n"
    }
    let lines = proofs + origins
    return lines.isEmpty ? "" : "### Evidence\n\n\(lines.joined())"
  }

  var gateSection: String {
    guard !gates.isEmpty || approvals.needed > 0 else { return "" }
    let rows = gates.map { [MarkdownText.code($0.name, limit: 80), $0.state.rawValue, MarkdownText.plain($0.detail)] }
    let table = rows.isEmpty ? "" : MarkdownText.table(["gate", "result", "detail"], rows, limit: 6000) + "\n"
    return "### Gates\n\n\(table)\(approvalLine)\n"
  }

  private var approvalLine: String {
    if approvals.needed == 0 { return "It merges by itself once the gates have passed." }
    let by = approvals.givenBy.isEmpty ? "" : " (\(MarkdownText.codes(approvals.givenBy, limit: 10)))"
    return "Approvals: \(approvals.givenBy.count) of \(approvals.needed)\(by)."
  }

  var changeSection: String {
    guard !changes.isEmpty else { return "" }
    let rows = changeRows.map { row in
      [
        row.isAll ? "all \(row.clusters.count)" : MarkdownText.codes(row.clusters, limit: 12),
        MarkdownText.code(row.field, limit: 120), Self.value(row.old), Self.value(row.new),
      ]
    }
    let table = MarkdownText.table(["clusters", "field", "from", "to"], rows, limit: 16000)
    return "### Effective changes\n\n" + folded(table, count: rows.count, "change")
  }

  private static func value(_ text: String?) -> String { text.map { MarkdownText.code($0, limit: 100) } ?? "absent" }

  var revertSection: String {
    let words =
      switch kind {
      case .promote: revertOfPromotion
      case .takeBack:
        "Reverting brings \(promotion.from.count == 1 ? "this cluster" : "all of these clusters") back to what is taken back "
          + "here, and undoes the hold that this causes.\n"
      case .consolidate: revertOfConsolidation
      }
    return "### What reverting this does\n\n" + words
  }

  private var revertOfConsolidation: String {
    let command = MarkdownText.code("sluice rollback \(slot.stage) \(slot.group)")
    return "Reverting writes the overrides again. No effective value changes, and nothing is held.\n\n"
      + "Once this has landed, the requests of the single waves can't be reverted one by one: the files that they wrote have "
      + "changed, and reverting the one that wrote the shared layer takes back all clusters that inherit it. \(command) takes back "
      + "all waves at once.\n"
  }

  private var revertOfPromotion: String {
    let froms = fromSet
    let back =
      froms.count == 1
      ? "to \(MarkdownText.plain(tuples.versions(froms[0]), limit: 120))" : "to what each cluster had before"
    let effect =
      appliesItself
      ? "Sluice then runs the stage's upgrade command on them again."
      : "Whatever brings this repository to the clusters takes them back; Sluice starts nothing there."
    let name = MarkdownText.plain(tuples.name(promotion.to))
    let stage = MarkdownText.plain(slot.stage, limit: 80)
    let which =
      promotion.wave.of > 1
      ? "takes back \(waveWords), \(ListText.count(promotion.from.count, "cluster")),"
      : promotion.from.count == 1 ? "takes this cluster back" : "takes these \(promotion.from.count) clusters back"
    var lines = ["Reverting \(which) \(back). \(effect)"]
    lines.append(
      "After a revert, or when this is closed unmerged, Sluice does not propose \(name) again in \(stage) or in a stage after it "
        + "until that is undone or released; a newer version needs an approval once.")
    if !alreadyThere.isEmpty {
      let others = ListText.count(alreadyThere.count, "other cluster")
      let group = MarkdownText.plain(slot.group, limit: 80)
      lines.append(
        canGoBack
          ? "\(others) of \(stage) \(alreadyThere.count == 1 ? "desires" : "desire") it already: Sluice then offers to take "
            + "\(alreadyThere.count == 1 ? "that one" : "those") back too. All waves at once: "
            + MarkdownText.code("sluice rollback \(slot.stage) \(group)") + "."
          : "\(others) of \(stage) already \(alreadyThere.count == 1 ? "runs" : "run") it and can't go back.")
    }
    return lines.joined(separator: " ") + "\n"
  }

  /// A hint for programs that decides nothing.
  var machineBlock: String {
    func block(_ tuple: JSONOutput?) -> String {
      let value = JSONOutput.members([
        "format": 1, "policy": .string(PlainText.line(policy, limit: 80)),
        "stage": .string(PlainText.line(slot.stage, limit: 80)),
        "group": .string(PlainText.line(slot.group, limit: 80)), "to": tuple,
        "clusters": .number(promotion.from.count), "digest": .string("sha256:\(clusterDigest)"),
        "ledger": ledgerTip.map(JSONOutput.string),
      ])
      return "<!-- sluice:promotion \(value.textForComment) -->\n"
    }
    let whole = block(tuples.json(promotion.to))
    return whole.utf8.count <= 6000 ? whole : block(nil)
  }

  /// Long tables are folded away; a forge shows the summary line.
  private func folded(_ table: String, count: Int, _ noun: String) -> String {
    if count == 0 { return "" }
    if count <= 12 { return table }
    return "<details><summary>\(ListText.count(count, noun))</summary>\n\n\(table)\n</details>\n"
  }
}
