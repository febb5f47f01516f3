/// The versions of one component, each read once and put in its place.
final class VersionShelf: Sendable {
  let component: ComponentName
  let order: VersionOrder
  /// As the source published them.
  let seen: [SeenVersion]
  /// Those of `seen` that have a place in the order, the newest first; of those equal in order, the one published last.
  private let newestFirst: [Place]
  private let places: [Version: Place]

  struct Place: Sendable {
    let version: Version
    let key: Ordering.Key
    /// Among all that are on the shelf; nil where the order is not one of numbers.
    var rank: Int?
    /// nil: it was not published.
    let seen: SeenVersion?
  }

  init(_ component: Component, seen: [SeenVersion], others: Set<Version>) {
    self.component = component.name
    order = component.order
    self.seen = seen
    let reader = KeyReader(order: component.order)
    var all: [Place] = []
    var known: Set<Version> = []
    // Of what was published twice, the last word counts.
    for one in seen.reversed() where known.insert(one.version).inserted {
      if let key = reader.key(one.version, seen: one) { all.append(Place(version: one.version, key: key, seen: one)) }
    }
    for other in others.sorted(by: { $0.text > $1.text }) where known.insert(other).inserted {
      if let key = reader.key(other, seen: nil) { all.append(Place(version: other, key: key, seen: nil)) }
    }
    // Stable: of those equal in order, the one published last stays in front.
    all.sort { $0.key.compare($1.key) == .greater }
    if !Self.isPartial(component.order) {
      var rank = all.count
      for index in all.indices {
        if index > 0, all[index - 1].key.compare(all[index].key) == .greater { rank -= 1 }
        all[index].rank = rank
      }
    }
    places = Dictionary(uniqueKeysWithValues: all.map { ($0.version, $0) })
    newestFirst = all.filter { $0.seen != nil }
  }

  /// Whether versions that have a place may still stand in no order.
  private static func isPartial(_ order: VersionOrder) -> Bool { if case .seen = order { true } else { false } }

  /// nil: unordered, or without a place.
  func compare(_ a: Version, _ b: Version) -> Order? {
    let (x, y) = (places[a], places[b])
    if let x = x?.rank, let y = y?.rank { return Self.order(x, y) }
    guard let x = x?.key ?? key(a), let y = y?.key ?? key(b) else { return nil }
    return x.compare(y)
  }

  private static func order(_ a: Int, _ b: Int) -> Order { a == b ? .equal : a < b ? .less : .greater }

  /// nil: it has none.
  func place(_ version: Version) -> Place? { places[version] }

  func key(_ version: Version) -> Ordering.Key? {
    if let place = places[version] { return place.key }
    // What was published without a place is opaque, and what was never met is read now.
    return KeyReader(order: order).key(version, seen: nil)
  }

  /// nil: not published.
  func seen(_ version: Version) -> SeenVersion? {
    if let place = places[version] { return place.seen }
    return newestFirst.count == seen.count ? nil : seen.last { $0.version == version }
  }

  /// The published versions above one, the newest first.
  func above(_ version: Version) -> [Place] {
    let here = places[version]
    guard let key = here?.key ?? key(version) else { return [] }
    var above: [Place] = []
    for place in newestFirst {
      let order: Order? =
        if let rank = here?.rank, let other = place.rank { Self.order(other, rank) } else { place.key.compare(key) }
      if order == .greater { above.append(place) }
      if order == .less { break }
    }
    return above
  }
}

/// Reads keys of one component, its expression compiled once.
private struct KeyReader {
  let order: VersionOrder
  private let splitter: Regex<AnyRegexOutput>?

  init(order: VersionOrder) {
    self.order = order
    if case .semver(let suffix?) = order { splitter = VersionPattern.splitter(suffix: suffix) } else { splitter = nil }
  }

  func key(_ version: Version, seen: SeenVersion?) -> Ordering.Key? {
    switch order {
    case .semver:
      if let splitter, let parts = VersionPattern.split(version, splitter),
        let read = SemanticVersion(parts.base, suffix: parts.suffix)
      {
        return .semantic(read)
      }
      return SemanticVersion(version.text).map(Ordering.Key.semantic)
    case .natural: return .natural(version.text)
    case .seen: return seen.map { .seen(index: $0.index, date: $0.date) }
    }
  }
}
