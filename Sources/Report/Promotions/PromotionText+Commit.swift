import Promotion

extension PromotionText {
  /// `Promote kubernetes to 1.31.4 in prod`, `Promote platform (kubernetes 1.31.4, automation 2.0) in prod`.
  ///
  /// With waves `(wave 2 of 4)` behind it; a take-back is `Take kubernetes back to 1.31.3 in prod`.
  package var title: String {
    let stage = PlainText.inert(slot.stage, limit: 80)
    switch kind {
    case .promote: return promotionTitle(stage) + (promotion.wave.of > 1 ? " (\(waveWords))" : "")
    case .takeBack:
      let to = PlainText.inert(tuples.origins(backSet), limit: 120)
      return "Take \(PlainText.inert(slot.group, limit: 80)) back to \(to) in \(stage)"
    case .consolidate: return "Consolidate \(PlainText.inert(tuples.name(promotion.to), limit: 160)) in \(stage)"
    }
  }

  var waveWords: String { "wave \(promotion.wave.number) of \(promotion.wave.of)" }

  private func promotionTitle(_ stage: String) -> String {
    let parts = tuples.parts(promotion.to)
    if parts.count == 1, components.count <= 1, parts[0].component == slot.group {
      return "Promote \(PlainText.inert(slot.group, limit: 80)) to \(short(parts[0].version)) in \(stage)"
    }
    let pairs = parts.prefix(4).map { "\(PlainText.inert($0.component, limit: 40)) \(short($0.version))" }
    let more = parts.count > 4 ? ", and \(parts.count - 4) more" : ""
    return "Promote \(PlainText.inert(slot.group, limit: 80)) (\(pairs.joined(separator: ", "))\(more)) in \(stage)"
  }

  /// Subject, plain words, trailers.
  package var commitMessage: String { "\(title)\n\n\(words)\n\n\(trailers.text(components: components))" }

  /// The message of the merge commit, with the same trailers.
  package func mergeMessage(number: Int?) -> String {
    let subject = number.map { "Merge #\($0): \(title)" } ?? "Merge: \(title)"
    return "\(subject)\n\n\(words)\n\n\(trailers.text(components: components))"
  }

  package var trailers: PromotionTrailers {
    PromotionTrailers(
      policy: policy, slot: slot, from: fromSet, to: promotion.to,
      wave: PromotionTrailers.Wave(number: promotion.wave.number, count: promotion.wave.of),
      clusters: PromotionTrailers.ClusterDigest(count: promotion.from.count, hex: clusterDigest), ledger: ledgerTip)
  }

  private func short(_ version: Version) -> String { PlainText.inert(version.text, limit: 60) }

  private var words: String {
    let froms = PlainText.inert(tuples.origins(fromSet), limit: 400)
    let clusters = ListText.joined(promotion.from.keys.sorted().map { PlainText.inert($0, limit: 80) }, limit: 12)
    let count = ListText.count(promotion.from.count, "cluster")
    let group = PlainText.inert(slot.group, limit: 80)
    let to = PlainText.inert(kind == .takeBack ? tuples.origins(backSet) : tuples.versions(promotion.to), limit: 200)
    var paragraphs =
      switch kind {
      case .promote: ["Moves \(group) from \(froms) to \(to) on \(count): \(clusters)."]
      case .takeBack: ["Takes \(group) back from \(froms) to \(to) on \(count): \(clusters)."]
      case .consolidate: ["Moves \(group) \(to) into the shared layer and removes what was written for \(count): \(clusters)."]
      }
    if !because.isEmpty { paragraphs.append(because.map { PlainText.inert($0, limit: 300) }.joined(separator: " ")) }
    let proof = evidence.prefix(6).map { evidence in
      "It qualified in \(PlainText.inert(evidence.stage, limit: 80)) at \(TimeText.people(evidence.qualifiedAt)) on "
        + "\(ListText.count(evidence.clusters.count, "cluster"))."
    }
    if !proof.isEmpty { paragraphs.append(proof.joined(separator: " ")) }
    return paragraphs.map(Self.wrapped).joined(separator: "\n\n")
  }

  /// Lines of at most 72 characters where words allow it. A line never begins with a sign that means something to a forge
  /// or to git.
  private static func wrapped(_ text: String) -> String {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      let mayBegin = word.unicodeScalars.first.map { $0.properties.isAlphabetic || $0.properties.numericType != nil } ?? false
      if line.isEmpty {
        line = String(word)
      } else if line.count + 1 + word.count > 72, mayBegin {
        lines.append(line)
        line = String(word)
      } else {
        line += " " + word
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
