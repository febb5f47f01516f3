import Promotion

/// Puts clusters together out of facts that are all known.
struct Assembly {
  let policy: PolicyFile
  let plan: FactPlan
  let facts: FactTable
  private let groups: [(name: GroupName, components: [Int])]
  private let conditions: [[(condition: StageSettings.Condition, field: Int?)]]

  init(policy: PolicyFile, plan: FactPlan, facts: FactTable) {
    self.policy = policy
    self.plan = plan
    self.facts = facts
    let names = policy.components.map(\.name)
    groups = policy.promotion.groups.map { group in (group.name, group.components.compactMap { names.firstIndex(of: $0) }) }
    conditions = policy.stages.map { stage in
      stage.select.map { condition in
        if case .field(let field, _) = condition.subject { return (condition, plan.layerTable.index(of: field)) }
        return (condition, nil)
      }
    }
  }

  func clusters(
    _ candidates: [LayerResolver.Candidate], layers: [[ReadFile]], files: [[ReadFile?]], _ problems: inout ProblemCollector
  ) -> [ResolvedCluster] {
    var membership: [(selected: [Int], present: [Int], stages: [GroupName: StageName])] = []
    var clusters: [ResolvedCluster] = []
    clusters.reserveCapacity(candidates.count)
    // Many inherit all that they have: what is equal is kept once.
    var known: [[ComponentName: EffectiveValue]: EffectiveVersions] = [:]
    for (index, candidate) in candidates.enumerated() {
      let lookup = EffectiveLookup(layers[index], facts)
      var components: [ComponentName: EffectiveValue] = [:]
      var own: [ComponentName: ReadFile] = [:]
      var present: [Int] = []
      for (number, component) in policy.components.enumerated() {
        let file = files[number].isEmpty ? nil : files[number][index]
        if let file { own[component.name] = file }
        guard let value = value(number, component, lookup, layers[index], file, candidate, &problems) else { continue }
        components[component.name] = value
        present.append(number)
      }
      let selected = selected(candidate, lookup)
      if selected.count > 1, !present.isEmpty { report(selected, candidate, &problems) }
      let stages: [GroupName: StageName]
      if let known = membership.first(where: { $0.selected == selected && $0.present == present }) {
        stages = known.stages
      } else {
        stages = self.stages(selected.first, present)
        membership.append((selected, present, stages))
      }
      let versions = known[components] ?? EffectiveVersions(components)
      known[components] = versions
      clusters.append(
        ResolvedCluster(
          name: candidate.name, values: candidate.values, layers: layers[index], stages: stages, versions: versions,
          files: own, source: candidate.path, selected: selected))
    }
    return clusters
  }

  /// Checks the fleet as a whole; gives what should be known of it.
  func check(_ clusters: [ResolvedCluster], _ problems: inout ProblemCollector) -> [Problem] {
    var isUsed = Array(repeating: false, count: policy.stages.count)
    var absent = Set(policy.components.map(\.name))
    for cluster in clusters {
      for stage in cluster.selected { isUsed[stage] = true }
      if !absent.isEmpty { absent.subtract(cluster.components.keys) }
    }
    reportStages(clusters, isUsed, &problems)
    let notes = policy.components.filter { absent.contains($0.name) }.map { component in
      Problem(
        "component \(component.name) is in no cluster", at: component.place,
        hint: "check \(component.file == nil ? "its field" : "its file and field")")
    }
    return notes + WaveRoom(policy: policy, clusters: clusters).notes
  }

  // MARK: Components

  private func value(
    _ number: Int, _ component: ComponentSettings, _ lookup: EffectiveLookup, _ layers: [ReadFile], _ file: ReadFile?,
    _ candidate: LayerResolver.Candidate, _ problems: inout ProblemCollector
  ) -> EffectiveValue? {
    let found: Found
    let source: ReadFile
    let layer: Int?
    if let field = plan.componentFields[number] {
      let effective = lookup.find(field)
      if case .absent = effective.found { return nil }
      (found, source, layer) = (effective.found, layers[effective.layer], effective.layer)
    } else {
      guard let file, let content = file.content, let facts = facts[number + 1, content] else { return nil }
      (found, source, layer) = (facts.found[0], file, nil)
    }
    guard let content = source.content else { return nil }
    switch found {
    case .absent, .removed: return nil
    case .mapping, .sequence:
      let kind = found == .mapping ? "a mapping" : "a list"
      problems.add(
        Problem(
          "field \(component.field) of component \(component.name) is \(kind) in \(source.path)", at: component.place,
          hint: "name the scalar that holds the version"), cluster: candidate.name)
      return nil
    case .value(let value):
      let definition = EffectiveValue.Definition(
        path: source.path, content: content, document: Int(value.document), span: Int(value.start)..<Int(value.end),
        line: Int(value.line), column: Int(value.column), layer: layer)
      switch VersionText.read(value.text, component.value) {
      case .absent: return nil
      case .version(let version):
        return EffectiveValue(
          version: version, text: value.text, isString: value.isString, isPinned: value.isPinned, definition: definition)
      case .ambiguous:
        problems.add(
          Problem(
            "\"\(value.text.prefix(120))\" matches \(component.value.map(\.description) ?? "") more than once",
            at: definition.place,
            hint: "write more of the text around {version} into value: of component \(component.name)"), cluster: nil)
      case .unusable(let why):
        problems.add(
          Problem("the version of component \(component.name) can't be used: \(why)", at: definition.place, hint: "correct it"),
          cluster: nil)
      }
      return nil
    }
  }

  // MARK: Stages

  private func selected(_ candidate: LayerResolver.Candidate, _ lookup: EffectiveLookup) -> [Int] {
    policy.stages.indices.filter { stage in conditions[stage].allSatisfy { holds($0.condition, $0.field, candidate, lookup) } }
  }

  /// Two stages may select a cluster only where it has none of the components, and so is nobody's target.
  private func report(_ selected: [Int], _ candidate: LayerResolver.Candidate, _ problems: inout ProblemCollector) {
    let names = selected.map { policy.stages[$0].name }
    problems.add(
      Problem(
        "stages \(names.joined(separator: " and ")) select the same clusters", at: policy.stages[selected[1]].place,
        hint: "a cluster is in one stage at most: narrow one select"), cluster: candidate.name)
  }

  private func holds(
    _ condition: StageSettings.Condition, _ field: Int?, _ candidate: LayerResolver.Candidate, _ lookup: EffectiveLookup
  ) -> Bool {
    guard case .field(_, let text) = condition.subject, let field else { return condition.values.contains(candidate.name) }
    switch lookup.find(field).found {
    case .value(let value): return condition.values.contains(value.text)
    case .sequence(let texts): return texts.contains { condition.values.contains($0) }
    case .mapping: return false
    case .absent, .removed: return candidate.values[text].map { condition.values.contains($0) } ?? false
    }
  }

  private func stages(_ stage: Int?, _ present: [Int]) -> [GroupName: StageName] {
    guard let stage else { return [:] }
    var stages: [GroupName: StageName] = [:]
    for group in groups where group.components.contains(where: present.contains) {
      stages[group.name] = policy.stages[stage].name
    }
    return stages
  }

  private func reportStages(_ clusters: [ResolvedCluster], _ isUsed: [Bool], _ problems: inout ProblemCollector) {
    let names = policy.stages.contains { $0.select.contains(where: \.namesClusters) } ? Set(clusters.map(\.name)) : []
    for (number, stage) in policy.stages.enumerated() {
      var unknown: [Problem] = []
      for condition in stage.select {
        guard case .cluster = condition.subject else { continue }
        for value in condition.values where !names.contains(value) {
          unknown.append(
            Problem(
              "unknown cluster \"\(value)\" in stage \(stage.name)", at: condition.place,
              hint: NearestName.hint(value, in: names.sorted())))
        }
      }
      if unknown.isEmpty, !isUsed[number] {
        problems.add(
          Problem(
            "stage \(stage.name) selects no cluster", at: stage.place, hint: "check its select against the clusters' values"),
          cluster: nil)
      }
      for problem in unknown { problems.add(problem, cluster: nil) }
    }
  }
}

extension StageSettings.Condition {
  fileprivate var namesClusters: Bool { if case .cluster = subject { true } else { false } }
}
