package import Promotion

/// What the last paragraph of a promotion's commit message says to programs.
///
/// Anyone who can push can write such a paragraph: it is a hint that is checked against the base and the ledger, and decides
/// nothing by itself.
package struct PromotionTrailers: Sendable, Equatable {
  package var policy: String
  package var slot: Slot
  /// The different tuples that the clusters come from, in a fixed order.
  package var from: [VersionTuple]
  /// How many more there are than the trailer lists.
  package var omitted: Int
  package var to: VersionTuple
  package var wave: Wave
  package var clusters: ClusterDigest
  /// The ledger's tip that it was decided on.
  package var ledger: String?

  package struct Wave: Sendable, Equatable {
    package var number: Int
    package var count: Int

    package init(number: Int = 1, count: Int = 1) {
      self.number = number
      self.count = count
    }
  }

  /// `12 sha256:<16 hex of the sorted names joined by LF>`.
  package struct ClusterDigest: Sendable, Equatable {
    package var count: Int
    package var hex: String

    package init(count: Int, hex: String) {
      self.count = count
      self.hex = hex
    }
  }

  /// The names of the trailers, in the order in which they are written.
  enum Key: String, CaseIterable {
    case policy = "Sluice-Policy"
    case stage = "Sluice-Stage"
    case group = "Sluice-Group"
    case from = "Sluice-From"
    case to = "Sluice-To"
    case wave = "Sluice-Wave"
    case clusters = "Sluice-Clusters"
    case ledger = "Sluice-Ledger"
  }

  /// More would help no one, and a fleet may come from as many tuples as it has clusters.
  static let listedTuples = 20

  package init(
    policy: String, slot: Slot, from: [VersionTuple], omitted: Int = 0, to: VersionTuple, wave: Wave = Wave(),
    clusters: ClusterDigest, ledger: String?
  ) {
    self.policy = policy
    self.slot = slot
    self.from = from
    self.omitted = omitted
    self.to = to
    self.wave = wave
    self.clusters = clusters
    self.ledger = ledger
  }

  /// The paragraph: one line a trailer, each with its newline.
  ///
  /// - Parameter components: the group's components in its own order.
  package func text(components: [ComponentName]) -> String {
    Key.allCases.compactMap { key in value(of: key, components).map { "\(key.rawValue): \($0)\n" } }.joined()
  }

  private func value(of key: Key, _ components: [ComponentName]) -> String? {
    switch key {
    case .policy: TrailerValue.encoded(policy)
    case .stage: TrailerValue.encoded(slot.stage)
    case .group: TrailerValue.encoded(slot.group)
    case .from: fromText(components)
    case .to: tupleText(to, components)
    case .wave: "\(wave.number)/\(wave.count)"
    case .clusters: "\(clusters.count) sha256:\(clusters.hex)"
    case .ledger: ledger
    }
  }

  private func fromText(_ components: [ComponentName]) -> String? {
    guard !from.isEmpty else { return nil }
    let listed = from.prefix(Self.listedTuples).map { tupleText($0, components) }
    let rest = omitted + from.count - listed.count
    return (listed + (rest > 0 ? ["\(rest) more"] : [])).joined(separator: "; ")
  }

  private func tupleText(_ tuple: VersionTuple, _ components: [ComponentName]) -> String {
    TupleText(group: slot.group, components: components).parts(tuple)
      .map { "\(TrailerValue.encoded($0.component))=\(TrailerValue.encoded($0.version.text))" }.joined(separator: ",")
  }
}
