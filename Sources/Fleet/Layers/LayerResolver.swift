import Promotion
import YAML

/// Finds out which files a cluster reads, as far as the facts known so far tell.
struct LayerResolver {
  let policy: PolicyFile
  let plan: FactPlan
  let files: KnownFiles
  let facts: FactTable
  private let ownLayer: Int?
  private let fields: [String: Int]
  /// The fields that layers' paths are made of.
  private let placeholders: [Int]
  /// By layer, and last for components' files: whether the layer's pattern is that of the clusters; where placeholders are read.
  private let isClusterPattern: [Bool]
  private let orders: [[Int]]

  /// Why a cluster's files can't be told yet, or at all.
  enum Stop: Error {
    case needs(path: String, ContentID)
    case problem(Problem)
    /// Only a listing of the tree can tell.
    case unknown(path: String)
  }

  /// A cluster before its layers are known.
  struct Candidate: Sendable {
    let name: ClusterName
    let values: [String: String]
    /// Where a capture found it, and else nil.
    let path: String?
  }

  init(policy: PolicyFile, plan: FactPlan, files: KnownFiles, facts: FactTable) {
    self.policy = policy
    self.plan = plan
    self.files = files
    self.facts = facts
    ownLayer = policy.fleet.ownLayer
    let clusters: PathPattern? = if case .pattern(let pattern) = policy.fleet.clusters { pattern } else { nil }
    isClusterPattern = policy.fleet.layers.map { $0.pattern.description == clusters?.description }
    orders = (0...policy.fleet.layers.count).map { [ownLayer] index in
      guard let ownLayer, ownLayer != index else { return Array(0..<index) }
      return [ownLayer] + (0..<index).filter { $0 != ownLayer }
    }
    var fields: [String: Int] = [:]
    for (index, field) in plan.layerTable.fields.enumerated() { fields[field.description] = index }
    let names = policy.fleet.layers.flatMap(\.pattern.placeholders) + policy.components.compactMap(\.file).flatMap(\.placeholders)
    for name in names where fields[name] == nil {
      if let field = try? FieldPath(name), let index = plan.layerTable.index(of: field) { fields[name] = index }
    }
    self.fields = fields
    placeholders = Set(policy.fleet.layers.flatMap(\.pattern.placeholders).compactMap { fields[$0] }).sorted()
  }

  // MARK: Layers

  /// The cluster's layers, every one with its facts known.
  func layers(of cluster: Candidate) throws(Stop) -> [ReadFile] {
    var state = LayerState(count: policy.fleet.layers.count)
    for index in policy.fleet.layers.indices { _ = try layer(index, of: cluster, &state) }
    return state.files.compactMap(\.self)
  }

  /// The layers of a cluster as it was in an earlier tree, with what their files hold now: where those that changed give the
  /// placeholders what they gave them before, the paths are the same. nil where that can't be told.
  ///
  /// - Parameter alike: which pairs of contents do; kept from one cluster to the next.
  /// - Throws: `needs` a file whose facts are not known yet.
  func layers(following earlier: ResolvedCluster, _ alike: inout [ContentPair: Bool]) throws(Stop) -> [ReadFile]? {
    var layers = earlier.layers
    for index in layers.indices {
      guard let content = files.content(layers[index].path) else { return nil }
      if content == layers[index].content { continue }
      guard let old = layers[index].content, let new = content, let now = facts[0, new] else { return nil }
      let pair = ContentPair(old: old, new: new)
      let isAlike =
        alike[pair] ?? facts[0, old].map { before in placeholders.allSatisfy { before.found[$0].gives(now.found[$0]) } }
      alike[pair] = isAlike ?? false
      if isAlike != true { return nil }
      layers[index] = ReadFile(path: layers[index].path, content: new)
    }
    return layers
  }

  private struct LayerState {
    var files: [ReadFile?]
    var isUnderWay: [Bool]

    init(count: Int) {
      files = Array(repeating: nil, count: count)
      isUnderWay = Array(repeating: false, count: count)
    }
  }

  private func layer(_ index: Int, of cluster: Candidate, _ state: inout LayerState) throws(Stop) -> ReadFile {
    if let file = state.files[index] { return file }
    let layer = policy.fleet.layers[index]
    if let path = cluster.path, isClusterPattern[index] {
      state.files[index] = ReadFile(path: path, content: try content(path))
    } else {
      state.isUnderWay[index] = true
      let path = try layer.pattern.path { (name) throws(Stop) in
        try value(name, of: cluster, layer: index, pattern: layer.pattern, at: layer.place, &state)
      }
      state.isUnderWay[index] = false
      let content = try content(path)
      if content == nil, !layer.pattern.isOptional { throw missing(path, layer) }
      state.files[index] = ReadFile(path: path, content: content)
    }
    let file = state.files[index]!  // set above in both cases
    if let content = file.content, facts[0, content] == nil { throw .needs(path: file.path, content) }
    return file
  }

  private func content(_ path: String) throws(Stop) -> ContentID? {
    guard let known = files.content(path) else { throw .unknown(path: path) }
    return known
  }

  private func missing(_ path: String, _ layer: FleetLayout.Layer) -> Stop {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    let siblings = files.paths.filter { $0.hasPrefix(folder) }
    let hint = NearestName.of(path, in: siblings).map { "\($0) exists; " } ?? ""
    return .problem(
      Problem(
        "layer \(layer.pattern) is \(path), which is not in the repository", at: layer.place,
        hint: hint + "write \"\(layer.pattern)?\" if it may be absent"))
  }

  /// The file that a component has of its own in a cluster whose layers are known.
  func file(of component: ComponentSettings, _ pattern: PathPattern, in cluster: Candidate, layers: [ReadFile]) throws(Stop)
    -> ReadFile
  {
    var state = LayerState(count: layers.count)
    state.files = layers
    let path = try pattern.path { (name) throws(Stop) in
      try value(name, of: cluster, layer: layers.count, pattern: pattern, at: component.place, &state)
    }
    return ReadFile(path: path, content: try content(path))
  }

  // MARK: Placeholders

  private func value(
    _ name: String, of cluster: Candidate, layer index: Int, pattern: PathPattern, at place: Place, _ state: inout LayerState
  ) throws(Stop) -> String {
    if name == "cluster" { return cluster.name }
    if let value = cluster.values[name] { return try segment(value, name, pattern, at: place) }
    guard let field = fields[name] else { throw absent(name, pattern, cluster, at: place) }
    for layer in orders[index] {
      if state.isUnderWay[layer] { throw cycle(name, pattern, through: layer, cluster, at: place) }
      let file = try self.layer(layer, of: cluster, &state)
      guard let content = file.content, let found = facts[0, content]?.found[field] else { continue }
      switch found {
      case .absent, .removed: continue
      case .value(let value):
        let place = Place(file: file.path, line: Int(value.line), column: Int(value.column))
        return try segment(value.text, name, pattern, at: place)
      case .mapping, .sequence:
        throw .problem(
          Problem(
            "{\(name)} in \(pattern) is no scalar in \(file.path)", at: place,
            hint: "make \(name) a scalar there, or use another field"))
      }
    }
    throw absent(name, pattern, cluster, at: place)
  }

  private func segment(_ value: String, _ name: String, _ pattern: PathPattern, at place: Place) throws(Stop) -> String {
    if PolicyText.isClusterName(value) { return value }
    throw .problem(
      Problem(
        "{\(name)} in \(pattern) is \"\(value.prefix(80))\", which is no part of a path", at: place,
        hint: "write a value without / and control characters"))
  }

  private func absent(_ name: String, _ pattern: PathPattern, _ cluster: Candidate, at place: Place) -> Stop {
    let known = Array(cluster.values.keys) + fields.keys
    let near = NearestName.of(name, in: known.filter { $0 != name })
    let hint = near.map { "did you mean {\($0)}?" } ?? "add \(name): to the cluster's own file, or to a layer before"
    return .problem(Problem("no value for {\(name)} in \(pattern)", at: place, hint: hint))
  }

  private func cycle(
    _ name: String, _ pattern: PathPattern, through layer: Int, _ cluster: Candidate, at place: Place
  ) -> Stop {
    let other = policy.fleet.layers[layer].pattern
    return .problem(
      Problem(
        "the placeholders are cyclic: {\(name)} in \(pattern) is read from \(other), whose path depends on it", at: place,
        hint: "give \(name) as a capture of clusters, or in the policy's map of clusters"))
  }
}

extension LayerResolver.Candidate {
  init(_ cluster: ResolvedCluster) { self.init(name: cluster.name, values: cluster.values, path: cluster.source) }
}

extension Found {
  /// Whether two files say the same of a placeholder.
  fileprivate func gives(_ other: Found) -> Bool {
    switch (self, other) {
    case (.absent, .absent), (.removed, .removed): true
    case (.value(let a), .value(let b)): a.text == b.text
    default: false
    }
  }
}
