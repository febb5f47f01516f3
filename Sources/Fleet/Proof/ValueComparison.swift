import Promotion
import YAML

/// Compares the values of clusters whose files differ.
///
/// Each pair of contents is compared once. Where a pair differs at a field that was looked up anyway, the facts decide for each
/// cluster; elsewhere the cluster's layers are read and layered there.
struct ValueComparison {
  typealias Pair = (before: ResolvedCluster, after: ResolvedCluster)

  let before: ResolvedFleet
  let after: ResolvedFleet
  /// The looked-up fields that are keys alone, and their components.
  private let keyFields: [[String]: (field: Int, components: [ComponentName])]

  init(before: ResolvedFleet, after: ResolvedFleet) {
    self.before = before
    self.after = after
    var keyFields: [[String]: (field: Int, components: [ComponentName])] = [:]
    for (index, field) in FactPlan(before.policy).layerTable.fields.enumerated() {
      guard let keys = field.keys else { continue }
      keyFields[keys] = (index, before.policy.components.filter { $0.file == nil && $0.field == field }.map(\.name))
    }
    self.keyFields = keyFields
  }

  func differences(_ clusters: [Pair]) async throws(FleetError) -> [EffectiveDifference] {
    var trees = TreeCache(before.snapshot, after.snapshot)
    var paths: [ContentPair: [[String]]] = [:]
    var found: [EffectiveDifference] = []
    for start in stride(from: 0, to: clusters.count, by: 500) {
      let batch = clusters[start..<min(start + 500, clusters.count)]
      let wanted = Set(batch.flatMap { Self.layerPairs($0) }).filter { paths[$0] == nil }
      for (contents, found) in try await self.paths(of: Array(wanted), trees) { paths[contents] = found }
      try await trees.loadFiles(batch.flatMap { Self.filePairs($0) }.flatMap { [$0.contents.old, $0.contents.new] })
      var slow: [(pair: Pair, paths: [[String]])] = []
      for pair in batch {
        var rest: [[String]] = []
        for path in Self.tops(Self.layerPairs(pair).flatMap { paths[$0, default: []] }) {
          if let fast = fastDifferences(pair, path) { found += fast } else { rest.append(path) }
        }
        if !rest.isEmpty { slow.append((pair, rest)) }
        found += fileDifferences(pair, trees)
      }
      try await trees.loadLayers(slow.flatMap { Self.contents($0.pair) })
      for (pair, paths) in slow { for path in paths { found += slowDifferences(pair, path, trees) } }
      trees.trim()
    }
    return found
  }

  /// The paths at which the layers of each pair differ, every pair parsed and compared by itself.
  private func paths(
    of pairs: [ContentPair], _ trees: TreeCache
  ) async throws(FleetError) -> [(ContentPair, [[String]])] {
    let parsed = after.parsed
    let bytes = try await trees.read(pairs.flatMap { [$0.old, $0.new] }.filter { $0.map { parsed.file($0) == nil } ?? false })
    let results = await Parallel.map(pairs) { pair -> Result<[[String]], FactError> in
      func root(_ content: ContentID?) throws(FactError) -> YAMLNode? {
        guard let content else { return nil }
        if let file = parsed.file(content) { return try FileRole.layerRoot(file)?.1 }
        guard let bytes = bytes[content] else { return nil }
        return try FileRole.layerRoot(try TreeCache.parse(content, bytes))?.1
      }
      do throws(FactError) {
        return .success(RawDifference.paths(between: try root(pair.old), and: try root(pair.new)))
      } catch {
        return .failure(error)
      }
    }
    var found: [(ContentPair, [[String]])] = []
    for (pair, result) in zip(pairs, results) {
      switch result {
      case .success(let paths): found.append((pair, paths))
      case .failure(let error): throw .invalid([error.problem])
      }
    }
    return found
  }

  // MARK: Contents

  private static func layerPairs(_ pair: Pair) -> [ContentPair] {
    zip(pair.before.layers, pair.after.layers).filter { $0.content != $1.content }.map {
      ContentPair(old: $0.content, new: $1.content)
    }
  }

  private static func contents(_ pair: Pair) -> [ContentID?] { (pair.before.layers + pair.after.layers).map(\.content) }

  private static func filePairs(_ pair: Pair) -> [(path: String, contents: ContentPair)] {
    if pair.before.files == pair.after.files { return [] }
    var seen: Set<String> = []
    return pair.after.files.sorted { $0.key < $1.key }.compactMap { component, new in
      let old = pair.before.files[component]
      guard old?.content != new.content, seen.insert(new.path).inserted else { return nil }
      return (new.path, ContentPair(old: old?.content, new: new.content))
    }
  }

  /// The paths without those below others.
  private static func tops(_ paths: [[String]]) -> [[String]] {
    var tops: [[String]] = []
    for path in paths where !tops.contains(path) && !paths.contains(where: { $0.count < path.count && path.starts(with: $0) }) {
      tops.append(path)
    }
    return tops
  }

  // MARK: Layers

  /// What the facts say of a field; nil where they don't say enough.
  private func fastDifferences(_ pair: Pair, _ path: [String]) -> [EffectiveDifference]? {
    guard let (field, components) = keyFields[path] else { return nil }
    let old = EffectiveLookup(pair.before.layers, before.facts).find(field).found
    let new = EffectiveLookup(pair.after.layers, after.facts).find(field).found
    guard let (a, b) = old.plain.flatMap({ a in new.plain.map { (a, $0) } }) else { return nil }
    if a?.text == b?.text, a?.isString == b?.isString { return [] }
    func words(_ value: FoundValue?) -> String? { value.map { RawValue.scalar($0.text, .string, tag: nil).words } }
    return [
      EffectiveDifference(
        cluster: pair.after.name, file: nil, document: 0, field: FieldPath(steps: path.map { .key($0) }), old: words(a),
        new: words(b),
        wasString: a?.isString ?? false, isString: b?.isString ?? false, components: components)
    ]
  }

  private func slowDifferences(_ pair: Pair, _ path: [String], _ trees: TreeCache) -> [EffectiveDifference] {
    func effective(_ layers: [ReadFile]) -> RawValue? {
      layers.reduce(nil) { RawValue.layered($0, trees.layer($1.content).at(path[...])) }
    }
    let (old, new) = (effective(pair.before.layers), effective(pair.after.layers))
    let steps = path.map { FieldPath.Step.key($0) }
    let components = before.policy.components.filter { $0.file == nil && $0.field.steps.starts(with: steps) }
    return differences(
      RawDifference.between(old, new, steps), in: pair.after.name, file: nil, document: 0, components, above: steps, old: old,
      new: new)
  }

  // MARK: Files of components

  private func fileDifferences(_ pair: Pair, _ trees: TreeCache) -> [EffectiveDifference] {
    Self.filePairs(pair).flatMap { path, contents -> [EffectiveDifference] in
      let (old, new) = (trees.file(contents.old), trees.file(contents.new))
      let components = before.policy.components.filter {
        pair.after.files[$0.name]?.path == path || pair.before.files[$0.name]?.path == path
      }
      return (0..<max(old.count, new.count)).flatMap { document -> [EffectiveDifference] in
        let a = document < old.count ? old[document] : nil
        let b = document < new.count ? new[document] : nil
        return differences(
          RawDifference.between(a, b), in: pair.after.name, file: path, document: document, components, above: [], old: a, new: b)
      }
    }
  }

  private func differences(
    _ raw: [RawDifference], in cluster: ClusterName, file: String?, document: Int, _ components: [ComponentSettings],
    above: [FieldPath.Step], old: RawValue?, new: RawValue?
  ) -> [EffectiveDifference] {
    if raw.isEmpty { return [] }
    let places = components.map { component -> (name: ComponentName, steps: [FieldPath.Step]?) in
      let rest = FieldPath(steps: Array(component.field.steps.dropFirst(above.count)))
      return (component.name, (new?.locate(rest) ?? old?.locate(rest)).map { above + $0 })
    }
    return raw.map { difference in
      EffectiveDifference(
        cluster: cluster, file: file, document: document, field: FieldPath(steps: difference.steps), old: difference.old?.words,
        new: difference.new?.words, wasString: difference.old?.isString ?? false, isString: difference.new?.isString ?? false,
        components: places.filter { $0.steps == difference.steps }.map(\.name))
    }
  }
}

/// Two contents in one place; nil: absent.
struct ContentPair: Hashable, Sendable {
  let old: ContentID?
  let new: ContentID?
}

extension FieldPath {
  /// The keys of a path of keys alone that can't be taken for elements.
  var keys: [String]? {
    var keys: [String] = []
    for step in steps {
      guard case .key(let key) = step else { return nil }
      keys.append(key)
    }
    return keys
  }
}

extension Found {
  /// A plain scalar, or nothing (the inner nil); nil where the facts do not hold the whole value.
  fileprivate var plain: FoundValue?? {
    switch self {
    case .absent, .removed: .some(nil)
    case .mapping, .sequence: nil
    case .value(let value): value.isTagged ? nil : .some(value)
    }
  }
}
