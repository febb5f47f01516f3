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
  }

  private static let batch = 1000

  static func load(_ wanted: Wanted, _ snapshot: Snapshot, _ plan: FactPlan) async throws(FleetError) -> [Loaded] {
    let batches = stride(from: 0, to: wanted.items.count, by: batch).map {
      Array(wanted.items[$0..<min($0 + batch, wanted.items.count)])
    }
    do {
      return try await withThrowingTaskGroup(of: [Loaded].self) { group in
        var loaded: [Loaded] = []
        loaded.reserveCapacity(wanted.items.count)
        // The next batch is read while the last two are parsed.
        for (number, batch) in batches.enumerated() {
          let contents = try await snapshot.read(Array(Set(batch.map(\.content))))
          if number >= 2, let done = try await group.next() { loaded += done }
          group.addTask { batch.map { parse($0.role, $0.content, $0.path, contents[$0.content], plan) } }
        }
        for try await done in group { loaded += done }
        return loaded
      }
    } catch {
      throw .unreadable(error)
    }
  }

  private static func parse(_ role: Int, _ content: ContentID, _ path: String, _ bytes: [UInt8]?, _ plan: FactPlan) -> Loaded {
    guard let bytes else {
      let problem = Problem("\(path): its content \(content) can't be found in the repository", at: nil)
      return Loaded(role: role, content: content, result: .failure(FactError(problem)))
    }
    do throws(FactError) {
      return Loaded(role: role, content: content, result: .success(try plan.role(role).facts(bytes, name: path)))
    } catch {
      return Loaded(role: role, content: content, result: .failure(error))
    }
  }
}
