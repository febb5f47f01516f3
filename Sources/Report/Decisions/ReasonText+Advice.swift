import Promotion

extension ReasonText {
  /// What a person can do; nil where waiting is all there is to do.
  func advice(_ kind: Reason.Kind) -> String? {
    switch kind {
    case .noClusters(let pinned, let paused):
      if !pinned.isEmpty { return "remove `# sluice: pin` from a value to let its cluster move" }
      if !paused.isEmpty { return "unpause a cluster to let it move" }
      return "check the stage's `select` and the components' `field`"
    case .notQualified(_, _, let lacking): return lackAdvice(lacking)
    case .nothingAdmitted(let component):
      return "see that `sluice discover` has run, and check `allow` and `upstream` of \(plain(component)) in the policy"
    case .held(_, let hold): return HoldText(hold, policy: policy, now: now).advice
    case .stranded: return "release a newer version, or move them by hand"
    case .wave(_, _, let lacking): return lackAdvice(lacking)
    case .window, .freeze: return nil
    case .inFlight: return nil
    case .unhealthy(let clusters):
      return "bring \(clusters.count == 1 ? "it" : "them") back to health, or raise `maxUnhealthy`"
    case .failed: return "repair the clusters, or release a newer version"
    case .stopped(let stop): return "`sluice resume\(stop.stage.map { " " + plain($0) } ?? "")` lets it move again"
    case .minimumAge: return "to have it sooner, lower `minimumAge` or move the version by hand"
    case .requires(_, let requirement, _): return "move \(plain(requirement.component)) there first"
    case .noPath: return "release what is missing, or move the clusters by hand"
    case .step(_, let missing):
      return "release another version of \(plain(missing)), keep a cluster behind on it, or move the clusters by hand"
    case .withdrawn: return "release a newer version"
    case .slotTaken(_, .label): return "remove the label to let it go on"
    case .slotTaken(_, .commit): return "merge or close it to free the slot"
    case .slotUnknown: return "it goes on when the forge answers again"
    case .gateRed: return "repair what it found, or release a newer version"
    case .unknown(let clusters):
      return "see that `sluice check` can reach \(clusters.count == 1 ? "it" : "them")"
    case .emptyStage(let stage):
      return "check the `select` of \(plain(stage)), remove a `# sluice: pin` there, or take it out of this stage's `after`"
    case .unordered: return "move the version by hand once, and what appears after it is ordered"
    }
  }

  /// `kubernetes 1.31.4 has not yet qualified in dev: 2 clusters soak (a and b), 1 is degraded (c: node not ready)`.
  func notQualified(_ stage: StageName, _ tuple: VersionTuple, _ lacking: [ClusterName: Lack]) -> String {
    let place = stage == slot.stage ? "in \(plain(stage)) itself" : "in \(plain(stage))"
    return lacks("\(tuples.name(tuple)) has not yet qualified \(place)", lacking)
  }

  /// What is not yet so, and what each cluster lacks.
  func lacks(_ head: String, _ lacking: [ClusterName: Lack]) -> String {
    let groups = LackGroup.allCases.compactMap { group -> String? in
      let clusters = lacking.filter { LackGroup($0.value) == group }.sorted { $0.key < $1.key }
      return clusters.isEmpty ? nil : describe(group, clusters.map { ($0.key, $0.value) })
    }
    return groups.isEmpty
      ? "\(head), though no cluster lacks anything: the next check decides" : "\(head): \(groups.joined(separator: ", "))"
  }

  private func describe(_ group: LackGroup, _ clusters: [(ClusterName, Lack)]) -> String {
    let number = ListText.count(clusters.count, "cluster")
    let one = clusters.count == 1
    let each = details(clusters)
    switch group {
    case .degraded: return "\(number) \(one ? "is" : "are") degraded (\(each))"
    case .unknown: return "\(number) \(one ? "is" : "are") unknown (\(each))"
    case .upgrading: return "\(number) \(one ? "is" : "are") upgrading (\(each))"
    case .soaking: return "\(number) \(one ? "soaks" : "soak") (\(each))"
    case .desires: return "\(number) \(one ? "desires" : "desire") another version (\(each))"
    }
  }

  /// The clusters with what is known of each, those of which the same is known together; soaking ones by their names and the last one's end.
  private func details(_ clusters: [(ClusterName, Lack)]) -> String {
    let ends = clusters.compactMap { if case .soaking(let until) = $0.1 { until } else { nil } }
    if let last = ends.max() {
      return names(clusters.map(\.0)) + (last > now ? ", for \(TimeText.age(now, now: last)) more" : ", due now")
    }
    var places: [String: Int] = [:]
    var alike: [(clusters: [ClusterName], detail: String)] = []
    for (name, lack) in clusters {
      let detail = detail(lack)
      let place = places[detail, default: alike.count]
      if place == alike.count { alike.append(([], detail)) }
      places[detail] = place
      alike[place].clusters.append(name)
    }
    let limit = 4
    let shown = alike.prefix(alike.count > limit + 1 ? limit : limit + 1)
    let rest = clusters.count - shown.reduce(0) { $0 + $1.clusters.count }
    return shown.map { names($0.clusters) + $0.detail }.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
  }

  private func detail(_ lack: Lack) -> String {
    switch lack {
    case .desires(let tuple): return ": \(tuples.versions(tuple))"
    case .unknown(let last):
      return last.map { ": last read \(TimeText.age($0, now: now)) ago" } ?? ": never read"
    case .upgrading(let observed, let since):
      let runs = observed.isEmpty ? "" : "runs \(tuples.versions(VersionTuple(observed))), "
      return ": \(runs)for \(TimeText.age(since, now: now))"
    case .degraded(let reasons, let since):
      let why = reasons.isEmpty ? "no reason given" : ListText.joined(reasons.map(plain), limit: 2)
      return " for \(TimeText.age(since, now: now)): \(why)"
    case .soaking(let until): return " until \(TimeText.people(until))"
    }
  }

  private func lackAdvice(_ lacking: [ClusterName: Lack]) -> String? {
    let groups = Set(lacking.values.map(LackGroup.init))
    if groups.contains(.degraded) { return "repair the degraded clusters, or release a newer version" }
    if groups.contains(.unknown) { return "see that the unknown clusters can be reached" }
    return nil
  }
}

/// The kinds of what a cluster lacks, the most pressing first.
private enum LackGroup: CaseIterable {
  case degraded, unknown, upgrading, soaking, desires

  init(_ lack: Lack) {
    switch lack {
    case .desires: self = .desires
    case .unknown: self = .unknown
    case .upgrading: self = .upgrading
    case .degraded: self = .degraded
    case .soaking: self = .soaking
    }
  }
}
