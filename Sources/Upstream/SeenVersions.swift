package import Promotion

/// What has been seen of a source, kept over its answers.
package enum SeenVersions {
  /// Adds an answer to what was seen before. Nothing seen is ever lost: a source that fails, or answers with less, takes
  /// nothing away, and only its own word withdraws a version, or brings it back.
  ///
  /// The index is the order: by the source's own where it has one (an unlisted version stays behind the one that it came
  /// after), else by date where every version has one, else by the answer in which a version was first met; those first
  /// met together share an index, and nothing is ever moved between them.
  /// - Returns: the versions by index, then by text; equal to `previous` in every field where nothing is new.
  package static func merge(
    previous: [SeenVersion], answer: [PublishedVersion], now: Timestamp
  ) -> [SeenVersion] {
    let answered = Dictionary(answer.map { (Version($0.text), $0) }, uniquingKeysWith: { first, _ in first })
    var seen = previous.map { old in
      var old = old
      if let said = answered[old.version] {
        old.date = old.date ?? said.date.map(Timestamp.init(seconds:))
        old.withdrawn = said.withdrawn
      }
      return old
    }
    let known = Set(previous.map(\.version))
    let next = (previous.map(\.index).max() ?? -1) + 1
    for (version, said) in answered where !known.contains(version) {
      seen.append(
        SeenVersion(
          version: version, date: said.date.map(Timestamp.init(seconds:)), first: now, index: next,
          withdrawn: said.withdrawn))
    }
    if answer.contains(where: { $0.index != nil }) {
      number(&seen, by: places(previous: previous, answered: answered))
    } else if seen.allSatisfy({ $0.date != nil }) {
      number(&seen, by: Dictionary(uniqueKeysWithValues: seen.map { ($0.version, Place($0.date?.seconds ?? 0)) }))
    }
    return seen.sorted { ($0.index, $0.version.text) < ($1.index, $1.version.text) }
  }

  /// A place in the source's order, or the `behind`-th behind it.
  private struct Place: Hashable, Comparable {
    var place: Int
    var behind = 0

    init(_ place: Int, behind: Int = 0) {
      self.place = place
      self.behind = behind
    }

    static func < (a: Place, b: Place) -> Bool { (a.place, a.behind) < (b.place, b.behind) }
  }

  private static func places(
    previous: [SeenVersion], answered: [Version: PublishedVersion]
  ) -> [Version: Place] {
    // A version without a place of its own in a source that has an order comes after all that have one.
    let end = (answered.values.compactMap(\.index).max() ?? -1) + 1
    var places = answered.mapValues { Place($0.index ?? end) }
    var last = Place(Int.min)
    for (_, group) in Dictionary(grouping: previous, by: \.index).sorted(by: { $0.key < $1.key }) {
      let listed = group.compactMap { places[$0.version] }.max()
      let own = listed ?? Place(last.place, behind: last.behind + 1)
      for one in group where places[one.version] == nil { places[one.version] = own }
      last = own
    }
    return places
  }

  private static func number(_ seen: inout [SeenVersion], by places: [Version: Place]) {
    var ranks: [Place: Int] = [:]
    for (rank, place) in Set(places.values).sorted().enumerated() { ranks[place] = rank }
    for each in seen.indices { seen[each].index = places[seen[each].version].flatMap { ranks[$0] } ?? seen[each].index }
  }
}
