extension FakeCluster {
  func list(_ resource: Resource, _ namespace: String, _ request: FakeRequest) -> Answer {
    var items: [StoredObject]
    switch selected(resource, namespace, request) {
    case .success(let found): items = found
    case .failure(let refusal): return refusal.answer
    }
    if let token = request.query("continue"), !token.isEmpty {
      if let version = request.query("resourceVersion"), !version.isEmpty {
        return .failure(400, "specifying resource version is not allowed when using continue")
      }
      guard let (generation, key) = Self.place(token) else { return .failure(400, "continue key is not valid") }
      guard generation == continueGeneration else { return .failure(410) }
      items = Array(items.drop { $0.key <= key })
    }
    let limit = request.query("limit").flatMap { Int($0) } ?? 0
    var metadata: [JSON.Member] = [.init("resourceVersion", .string(String(revision)))]
    if limit > 0, items.count > limit {
      metadata.append(.init("continue", .string(token(after: items[limit - 1].key))))
      metadata.append(.init("remainingItemCount", .int(items.count - limit)))
      items = Array(items.prefix(limit))
    }
    return Answer([
      "kind": .string(resource.kind + "List"), "apiVersion": .string(resource.groupVersion), "metadata": .object(metadata),
      "items": .array(items.map(\.element)),
    ])
  }

  struct Refusal: Error {
    var answer: Answer
  }

  /// The objects in a namespace that fit the request's selectors.
  func selected(_ resource: Resource, _ namespace: String, _ request: FakeRequest) -> Result<[StoredObject], Refusal> {
    var items = objects(of: resource)
    if !namespace.isEmpty { items.removeAll { $0.metadata.namespace != namespace } }
    for term in Self.terms(request.query("labelSelector")) {
      items.removeAll { !term.holds($0.metadata.labels[term.name]) }
    }
    for term in Self.terms(request.query("fieldSelector")) {
      switch term.name {
      case "metadata.name": items.removeAll { !term.holds($0.metadata.name) }
      case "metadata.namespace": items.removeAll { !term.holds($0.metadata.namespace) }
      case "status.phase" where resource.plural == "pods": items.removeAll { !term.holds($0.phase) }
      default: return .failure(Refusal(answer: .failure(400, "field label not supported: \(term.name)")))
      }
    }
    return .success(items)
  }

  private struct Term {
    var name: String
    /// Nil: it has to be there.
    var value: String?
    var isNegated = false

    func holds(_ actual: String?) -> Bool {
      guard let value else { return (actual != nil) != isNegated }
      return (actual == value) != isNegated
    }
  }

  /// `a=b`, `a==b`, `a!=b`, `a`, `!a`, and commas between them.
  private static func terms(_ selector: String?) -> [Term] {
    (selector ?? "").split(separator: ",").map { text in
      guard let mark = text.firstIndex(of: "=") else {
        return text.hasPrefix("!") ? Term(name: String(text.dropFirst()), isNegated: true) : Term(name: String(text))
      }
      let isNegated = text[..<mark].hasSuffix("!")
      return Term(
        name: String(text[..<mark].filter { $0 != "!" }), value: String(text[mark...].drop { $0 == "=" }), isNegated: isNegated)
    }
  }

  // MARK: Pages

  /// Opaque to clients: hexadecimal digits.
  private func token(after key: String) -> String {
    "\(continueGeneration) \(key)".utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func place(_ token: String) -> (generation: Int, key: String)? {
    let digits = Array(token.utf8)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let generation = Int(parts[0]) else { return nil }
    return (generation, String(parts[1]))
  }
}
