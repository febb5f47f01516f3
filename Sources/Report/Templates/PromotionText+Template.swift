import Promotion

extension PromotionText {
  /// What a pull request's text stays under; GitHub takes 65,536 characters.
  static let limit = 59_000
  private static let leftOut = "A part of this text is left out: its names are too long."

  /// The pull request's text in the standard layout.
  package var body: String { body(.standard) }

  /// The pull request's text: always with the block for machines at its end, and always under the limit. What does not fit is
  /// left out, the largest first.
  package func body(_ template: PullRequestTemplate) -> String {
    let end = machineBlock
    var told = TemplateTold(self, template.used)
    while true {
      let text = Self.ended(template.rendered(told.values)) + told.notes + end
      if text.utf8.count < Self.limit { return text }
      // A layout that is too long with nothing in it is none.
      if !told.leaveOutLargest(saying: Self.leftOut) { return template.name == "standard" ? end : body(.standard) }
    }
  }

  /// With one empty line behind it.
  private static func ended(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n\n"
  }

  /// The sections of the standard layout, ready, by their names.
  var sections: [String: String] {
    [
      "sentence": sentence, "why": becauseSection, "components": componentTable, "clusters": clusterSection,
      "evidence": evidenceSection, "gates": gateSection, "changes": changeSection, "revert": revertSection,
    ]
  }
}

/// What a template is told of a promotion: of a large fleet only what the template uses.
struct TemplateTold {
  private var plain: [String: any TemplateValue]
  private var sections: [String: TemplateMarkdown] = [:]
  private var lists: [String: [any TemplateValue]] = [:]
  private var leftOut: Set<String> = []
  /// How many items the lists have that are not told whole.
  private var shortened: [String: Int] = [:]

  init(_ text: PromotionText, _ used: Set<String>) {
    plain = Self.plain(text)
    if used.contains("section") {
      sections = text.sections.mapValues { TemplateMarkdown(markdown: $0.last == "\n" ? String($0.dropLast()) : $0) }
    }
    for (name, items) in Self.lists where used.contains(name) { lists[name] = items(text) }
  }

  var values: TemplateObject {
    TemplateObject(plain.merging(["section": TemplateObject(sections)]) { $1 }, lists: lists)
  }

  /// What is to be said of lists that are not told whole: they leave no place of their own to say so.
  var notes: String {
    shortened.sorted { $0.key < $1.key }.map { name, count in
      "Of \(count) `\(name)` \(lists[name]?.count ?? 0) are shown here: all of them are too long for one text.\n\n"
    }.joined()
  }

  /// Leaves out the largest section that is left, or shortens the largest list: to a hundred items first, then to none.
  mutating func leaveOutLargest(saying words: String) -> Bool {
    let sections = sections.map { (size: Self.size($0.value), name: "section." + $0.key) }
    let sizes =
      sections.filter { !leftOut.contains($0.name) }
      + lists.map { (size: $0.value.reduce(0) { $0 + Self.size($1) }, name: $0.key) }
    guard let largest = sizes.filter({ $0.size > 0 }).max(by: { ($0.size, $0.name) < ($1.size, $1.name) }) else { return false }
    leftOut.insert(largest.name)
    if largest.name.hasPrefix("section.") {
      self.sections[String(largest.name.dropFirst(8))] = TemplateMarkdown(markdown: words)
    } else {
      let items = lists[largest.name] ?? []
      shortened[largest.name, default: items.count] += 0
      lists[largest.name] = items.count > Self.shown ? Array(items.prefix(Self.shown)) : []
    }
    return true
  }

  private static let shown = 100

  private static func size(_ item: any TemplateValue) -> Int {
    (item as? TemplateObject)?.size ?? (item as? TemplateMarkdown)?.renderText.utf8.count ?? 0
  }

  private static func plain(_ text: PromotionText) -> [String: any TemplateValue] {
    let approvals = text.approvals
    let to = text.kind == .takeBack ? text.tuples.origins(text.backSet) : text.tuples.versions(text.promotion.to)
    return [
      "policy": TemplateMarkdown(text.policy, limit: 80), "stage": TemplateMarkdown(text.slot.stage, limit: 80),
      "group": TemplateMarkdown(text.slot.group, limit: 80),
      "from": TemplateMarkdown(text.tuples.origins(text.fromSet), limit: 400), "to": TemplateMarkdown(to, limit: 200),
      "count": TemplateMarkdown(String(text.promotion.from.count)),
      "wave": TemplateMarkdown(String(text.promotion.wave.number)), "waves": TemplateMarkdown(String(text.promotion.wave.of)),
      "hasWaves": text.promotion.wave.of > 1, "isPromotion": text.kind == .promote, "isTakeBack": text.kind == .takeBack,
      "isConsolidation": text.kind == .consolidate,
      "approvals": TemplateObject(
        [
          "needed": TemplateMarkdown(String(approvals.needed)), "given": TemplateMarkdown(String(approvals.givenBy.count)),
          "by": TemplateMarkdown(markdown: names(approvals.givenBy, limit: 10)),
        ], isNull: approvals.needed == 0),
    ]
  }

  /// Names in a sentence; nothing where there are none.
  private static func names(_ names: [String], limit: Int) -> String {
    names.isEmpty ? "" : ListText.joined(names.map { TemplateMarkdown($0, limit: 80).renderText }, limit: limit)
  }

  private static let lists: [(name: String, items: @Sendable (PromotionText) -> [any TemplateValue])] = [
    ("clusterNames", { text in text.promotion.from.keys.sorted().map { TemplateMarkdown($0, limit: 80) } }),
    ("reasons", { text in text.because.map { TemplateMarkdown($0, limit: 400) } }),
    (
      "components",
      { text in text.componentRows.map { TemplateObject(texts: ["name": $0.component, "from": $0.from, "to": $0.to]) } }
    ),
    ("files", { text in text.edits.map { TemplateObject(texts: ["path": $0.path, "change": $0.what]) } }),
    (
      "gates",
      { text in
        text.gates.map {
          TemplateObject(
            texts: ["name": $0.name, "state": $0.state.rawValue, "detail": $0.detail],
            flags: ["hasPassed": $0.state == .passed, "hasFailed": $0.state == .failed])
        }
      }
    ),
    (
      "evidence",
      { text in
        text.evidence.map { evidence in
          TemplateObject([
            "stage": TemplateMarkdown(evidence.stage), "versions": TemplateMarkdown(text.tuples.name(evidence.tuple)),
            "clusters": TemplateMarkdown(markdown: names(evidence.clusters.sorted(), limit: 5)),
            "qualifiedAt": TemplateMarkdown(TimeText.people(evidence.qualifiedAt)),
          ])
        }
      }
    ),
    (
      "discoveries",
      { text in
        text.discoveries.map {
          TemplateObject(texts: [
            "component": $0.component, "version": $0.version.text, "published": $0.published.map(TimeText.people) ?? "",
            "firstSeen": TimeText.people($0.firstSeen),
          ])
        }
      }
    ),
    (
      "changes",
      { text in
        text.changeRows.map { row in
          TemplateObject([
            "clusters": TemplateMarkdown(markdown: row.isAll ? "all \(row.clusters.count)" : names(row.clusters, limit: 12)),
            "field": TemplateMarkdown(row.field), "from": TemplateMarkdown(row.old ?? "absent"),
            "to": TemplateMarkdown(row.new ?? "absent"),
          ])
        }
      }
    ),
  ]
}
