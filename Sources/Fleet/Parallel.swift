/// Work that needs nobody's order, on every processor.
enum Parallel {
  /// What `body` makes of each item, in their order. Few items are not worth a task.
  static func map<Item: Sendable, Made: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) -> Made
  ) async -> [Made] {
    let part = max(16, (items.count + 7) / 8)
    if items.count <= part { return items.map(body) }
    return await withTaskGroup(of: (place: Int, made: [Made]).self) { group in
      for start in stride(from: 0, to: items.count, by: part) {
        group.addTask { (start, items[start..<min(start + part, items.count)].map(body)) }
      }
      var parts: [Int: [Made]] = [:]
      for await it in group { parts[it.place] = it.made }
      return stride(from: 0, to: items.count, by: part).flatMap { parts[$0] ?? [] }
    }
  }
}
