import HTTP
package import Host

/// What a list of the API held.
package struct KubernetesList<Item: Sendable>: Sendable {
  package var items: [Item]
  /// When the server made it, in seconds since 1970 by its own clock; nil where it does not say.
  package var date: Int?

  package init(items: [Item], date: Int?) {
    self.items = items
    self.date = date
  }
}

extension KubernetesClient {
  private static let pageSize = 250
  static let itemLimit = 200_000
  static let pageLimit = 2000

  /// Reads all items of a list, page by page.
  ///
  /// A page after the first that has expired (410) begins the whole once again, without pages, as client-go does.
  /// - Parameters:
  ///   - query: a `resourceVersion` in it goes with the first page only: the token of a later page has it.
  ///   - read: reads one element of `items`.
  package func list<Item: Sendable>(
    _ path: String, query: [(name: String, value: String)] = [],
    _ read: @Sendable (inout JSONReader) throws(JSONError) -> Item
  ) async throws(KubernetesError) -> KubernetesList<Item> {
    var whole = KubernetesList<Item>(items: [], date: nil)
    var isPaged = true
    var token: String?
    var seen: Set<String> = []
    for _ in 0..<Self.pageLimit {
      let response: HTTPResponse
      do { response = try await get(path, query: parameters(query, isPaged: isPaged, token)) } catch {
        guard error.kind == .expired, isPaged, token != nil else { throw error }
        isPaged = false
        token = nil
        seen = []
        whole = KubernetesList(items: [], date: nil)
        continue
      }
      if whole.date == nil { whole.date = response.headers["date"].flatMap(HTTPDate.seconds) }
      let next = try append(response.body, to: &whole.items, path, read)
      guard whole.items.count <= Self.itemLimit else {
        throw KubernetesError(.tooLarge, "\(context(path)): the list has more than \(Self.itemLimit) items")
      }
      guard let next, !next.isEmpty else { return whole }
      guard seen.insert(next).inserted else {
        throw KubernetesError(
          .malformed, "\(context(path)): the list does not end: a page names itself or an earlier one as the next")
      }
      token = next
    }
    throw KubernetesError(.tooLarge, "\(context(path)): the list has more than \(Self.pageLimit) pages")
  }

  private func parameters(
    _ query: [(name: String, value: String)], isPaged: Bool, _ token: String?
  ) -> [(name: String, value: String)] {
    var parameters = query.filter { $0.name != "limit" && $0.name != "continue" }
    if isPaged { parameters.append(("limit", String(Self.pageSize))) }
    if let token {
      parameters.removeAll { $0.name == "resourceVersion" || $0.name == "resourceVersionMatch" }
      parameters.append(("continue", token))
    }
    return parameters
  }

  /// Adds the items of one page.
  /// - Returns: the token of the next.
  private func append<Item>(
    _ body: [UInt8], to items: inout [Item], _ path: String, _ read: (inout JSONReader) throws(JSONError) -> Item
  ) throws(KubernetesError) -> String? {
    var kind: String?
    var next: String?
    var found: [Item] = []
    var hasItems = false
    do {
      try JSONReader.document(body) { (page) throws(JSONError) in
        try page.object { (page, key) throws(JSONError) in
          switch key {
          case "kind": kind = try page.string()
          case "metadata":
            try page.object { (page, key) throws(JSONError) in if key == "continue" { next = try page.string() } }
          case "items":
            hasItems = true
            try page.list { (page) throws(JSONError) in found.append(try read(&page)) }
          default: break
          }
        }
      }
    } catch { throw malformed(path, error) }
    guard let kind, kind.hasSuffix("List"), hasItems else {
      // Nothing in the place of a list is not an empty one.
      let came = kind.map { "kind \(OneLine.text($0, limit: 60))" } ?? "an object without a kind"
      throw KubernetesError(
        .malformed, "\(context(path)): the answer is no list: \(came)" + (hasItems ? "" : ", without items"))
    }
    items += found
    return next
  }
}

/// The dates of headers: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
enum HTTPDate {
  static func seconds(_ text: String) -> Int? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else { return nil }
    return RFC3339.seconds("\(words[3])-\(month < 9 ? "0" : "")\(month + 1)-\(words[1])T\(words[4])Z")
  }
}
