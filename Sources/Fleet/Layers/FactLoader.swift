import YAML

/// Reads contents in batches and parses them on both of two tasks, keeping the facts alone.
enum FactLoader {
  struct Wanted: Sendable {
    fileprivate(set) var items: [(role: Int, content: ContentID, path: String)] = []
    private var seen: Set<FactTable.Key> = []

    mutating func add(role: Int, _ content: ContentID, path: String) {
      if seen.insert(FactTable.Key(role: role, content: content)).inserted { items.append((role, content, path)) }
    }
  }

  struct Loaded: Sendable {
    let role: Int
    let content: ContentID
    let result: Result<FileFacts, FactError>
    let file: YAMLFile?
  }

  private static let batch = 250
  /// Of so many, what was parsed is kept for the next who needs it.
  private static let few = 2000

  static func load(
    _ wanted: Wanted, _ snapshot: Snapshot, _ plan: FactPlan, keeping parsed: ParsedFiles
  ) async throws(FleetError) -> [Loaded] {
    let loaded = try await load(wanted, snapshot, plan)
    parsed.keep(loaded.lazy.compactMap { item in item.file.map { (item.content, $0) } })
    return loaded
  }

  private static func load(_ wanted: Wanted, _ snapshot: Snapshot, _ plan: FactPlan) async throws(FleetError) -> [Loaded] {
    let keeps = wanted.items.count <= few
    let batches = stride(from: 0, to: wanted.items.count, by: batch).map {
      Array(wanted.items[$0..<min($0 + batch, wanted.items.count)])
    }
    do {
      if batches.count > 1 { try await snapshot.bring(Array(Set(wanted.items.map(\.content)))) }
      return try await withThrowingTaskGroup(of: [Loaded].self) { group in
        var loaded: [Loaded] = []
        loaded.reserveCapacity(wanted.items.count)
        // The next batch is read while the last two are parsed.
        for (number, batch) in batches.enumerated() {
          let contents = try await snapshot.read(Array(Set(batch.map(\.content))))
          if number >= 2, let done = try await group.next() { loaded += done }
          group.addTask { batch.map { parse($0.role, $0.content, $0.path, contents[$0.content], plan, keeps) } }
        }
        for try await done in group { loaded += done }
        return loaded
      }
    } catch {
      throw .unreadable(error)
    }
  }

  private static func parse(
    _ role: Int, _ content: ContentID, _ path: String, _ bytes: [UInt8]?, _ plan: FactPlan, _ keeps: Bool
  ) -> Loaded {
    func loaded(_ result: Result<FileFacts, FactError>, _ file: YAMLFile? = nil) -> Loaded {
      Loaded(role: role, content: content, result: result, file: file)
    }
    guard let bytes else {
      return loaded(.failure(FactError(Problem("\(path): its content \(content) can't be found in the repository", at: nil))))
    }
    let file: YAMLFile
    do throws(YAMLError) { file = try YAMLFile(bytes, name: path) } catch { return loaded(.failure(FactError(error))) }
    do throws(FactError) {
      return loaded(.success(try plan.role(role).facts(file)), keeps ? file : nil)
    } catch {
      return loaded(.failure(error))
    }
  }
}
