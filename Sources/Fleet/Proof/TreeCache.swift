import YAML

/// Parsed contents, read when they are needed and forgotten when there are many.
struct TreeCache {
  private let before: Snapshot
  private let after: Snapshot
  private var layers: [ContentID: RawValue] = [:]
  private var files: [ContentID: [RawValue?]] = [:]

  init(_ before: Snapshot, _ after: Snapshot) {
    self.before = before
    self.after = after
  }

  func layer(_ content: ContentID?) -> RawValue { content.flatMap { layers[$0] } ?? .mapping([:]) }
  func file(_ content: ContentID?) -> [RawValue?] { content.flatMap { files[$0] } ?? [] }

  mutating func loadLayers(_ contents: [ContentID?]) async throws(FleetError) {
    for (content, bytes) in try await read(contents.filter { $0.map { layers[$0] == nil } ?? false }) {
      do throws(FactError) {
        layers[content] = try FileRole.layerRoot(try Self.parse(content, bytes)).map { RawValue($0.1) } ?? .mapping([:])
      } catch {
        throw .invalid([error.problem])
      }
    }
  }

  mutating func loadFiles(_ contents: [ContentID?]) async throws(FleetError) {
    for (content, bytes) in try await read(contents.filter { $0.map { files[$0] == nil } ?? false }) {
      do throws(FactError) {
        files[content] = try Self.parse(content, bytes).documents.map { $0.root.map { RawValue($0) } }
      } catch {
        throw .invalid([error.problem])
      }
    }
  }

  mutating func trim() {
    if layers.count > 3000 { layers = [:] }
    if files.count > 3000 { files = [:] }
  }

  static func parse(_ content: ContentID, _ bytes: [UInt8]) throws(FactError) -> YAMLFile {
    do { return try YAMLFile(bytes, name: "content \(content)") } catch { throw FactError(error) }
  }

  func read(_ contents: [ContentID?]) async throws(FleetError) -> [ContentID: [UInt8]] {
    let wanted = Set(contents.compactMap(\.self))
    if wanted.isEmpty { return [:] }
    var found = try await after.contents(of: Array(wanted))
    let missing = wanted.filter { found[$0] == nil }
    if !missing.isEmpty { found.merge(try await before.contents(of: Array(missing))) { first, _ in first } }
    if let lost = wanted.first(where: { found[$0] == nil }) {
      throw .invalid([Problem("content \(lost) can't be found in the repository", at: nil)])
    }
    return found
  }
}
