/// The versions of one component, each read once and put in its place.
final class VersionShelf: Sendable {
  let component: ComponentName
  let order: VersionOrder
  /// As the source published them.
  let seen: [SeenVersion]
  /// Those of `seen` that have a place in the order, the newest first; of those equal in order, the one published last.
  let newestFirst: [SeenVersion]
  private let places: [Version: Place]

  private struct Place {
    let key: Ordering.Key
    /// Among all that are on the shelf; nil where the order is not one of numbers.
    var rank: Int?
    /// In `seen`.
    let index: Int?
  }

  init(_ component: Component, seen: [SeenVersion], others: Set<Version>) {
    self.component = component.name
    order = component.order
    self.seen = seen
    let reader = KeyReader(order: component.order)
    var places: [Version: Place] = [:]
    for (index, one) in seen.enumerated() {
      places[one.version] = reader.key(one.version, seen: one).map { Place(key: $0, index: index) }
    }
    for other in others where places[other] == nil {
      places[other] = reader.key(other, seen: nil).map { Place(key: $0, index: nil) }
    }
    let sorted = places.sorted { a, b in
      switch a.value.key.compare(b.value.key) {
      case .greater?: true
      case .less?: false
      default: a.value.index != b.value.index ? a.value.index ?? -1 > b.value.index ?? -1 : a.key.text < b.key.text
      }
    }
    if !Self.isPartial(component.order) {
      var rank = sorted.count
      for (index, one) in sorted.enumerated() {
        if index > 0, sorted[index - 1].value.key.compare(one.value.key) == .greater { rank -= 1 }
        places[one.key]?.rank = rank
      }
    }
    self.places = places
    newestFirst = sorted.compactMap { $0.value.index.map { seen[$0] } }
  }

  /// Whether versions that have a place may still stand in no order.
  private static func isPartial(_ order: VersionOrder) -> Bool { if case .seen = order { true } else { false } }

  /// nil: unordered, or without a place.
  func compare(_ a: Version, _ b: Version) -> Order? {
    let (x, y) = (places[a], places[b])
    if let x = x?.rank, let y = y?.rank { return x == y ? .equal : x < y ? .less : .greater }
    guard let x = x?.key ?? key(a), let y = y?.key ?? key(b) else { return nil }
    return x.compare(y)
  }

  func key(_ version: Version) -> Ordering.Key? {
    if let place = places[version] { return place.key }
    // What was published without a place is opaque, and what was never met is read now.
    return KeyReader(order: order).key(version, seen: nil)
  }

  /// nil: not published.
  func seen(_ version: Version) -> SeenVersion? {
    if let place = places[version] { return place.index.map { seen[$0] } }
    return newestFirst.count == seen.count ? nil : seen.last { $0.version == version }
  }

  /// The published versions above one, the newest first.
  func above(_ version: Version) -> [SeenVersion] {
    guard let here = places[version]?.key ?? key(version) else { return [] }
    let rank = places[version]?.rank
    var above: [SeenVersion] = []
    for one in newestFirst {
      guard let place = places[one.version] else { continue }
      let order: Order? =
        if let rank, let other = place.rank { other == rank ? .equal : other < rank ? .less : .greater } else {
          place.key.compare(here)
        }
      if order == .greater { above.append(one) }
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
