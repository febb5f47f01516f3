import Host
import YAML

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One kubeconfig, read.
struct KubeconfigFile: Sendable {
  private static let sizeLimit = 64 << 20

  /// Absolute: what its relative paths are relative to.
  private let folder: String
  private(set) var currentContext: String?
  private(set) var clusters: [String: ClusterEntry] = [:]
  private(set) var contexts: [String: ContextEntry] = [:]
  private(set) var users: [String: UserEntry] = [:]

  /// - Returns: nil when there is no such file.
  static func read(_ path: String) throws(KubernetesError) -> KubeconfigFile? {
    let bytes: [UInt8]
    do { bytes = try AtomicFile.read(path, limit: sizeLimit) } catch {
      if error.kind == .notFound { return nil }
      throw KubernetesError(.configuration, "the kubeconfig: \(error.message)")
    }
    return try KubeconfigFile(bytes, path: path)
  }

  init(_ bytes: [UInt8], path: String) throws(KubernetesError) {
    folder = Self.folder(of: path)
    let root: YAMLNode?
    // Of several documents client-go reads the first.
    do { root = try YAMLFile(bytes, name: path).documents.first?.root } catch { throw KubernetesError(error) }
    let fields = try KubeconfigFields(root, "kubeconfig")
    for (key, only) in [("apiVersion", "v1"), ("kind", "Config")] {
      if let field = try fields.text(key), field.value != only {
        throw KubernetesError(
          field.node.error("\(key) is \(OneLine.text(field.value, limit: 100)), and of a kubeconfig \(only)"))
      }
    }
    currentContext = try fields.text("current-context")?.value
    for entry in try Self.named(fields, "clusters", "cluster") {
      clusters[entry.name] = try ClusterEntry(entry.name, entry.fields, entry.node, self)
    }
    for entry in try Self.named(fields, "contexts", "context") {
      contexts[entry.name] = try ContextEntry(entry.name, entry.fields, entry.node)
    }
    for entry in try Self.named(fields, "users", "user") {
      users[entry.name] = try UserEntry(entry.name, entry.fields, entry.node, self)
    }
  }

  /// The elements of `clusters`, `contexts` or `users`; a name that stands twice in one file is an error to client-go too.
  private static func named(
    _ fields: KubeconfigFields, _ list: String, _ word: String
  ) throws(KubernetesError) -> [(name: String, fields: KubeconfigFields, node: YAMLNode)] {
    var result: [(name: String, fields: KubeconfigFields, node: YAMLNode)] = []
    var seen: Set<String> = []
    for element in try fields.elements(list) {
      let outer = try KubeconfigFields(element, list)
      let name = try outer.text("name")
      let owner = "\(word) \"\(OneLine.text(name?.value ?? "", limit: 100))\""
      guard seen.insert(name?.value ?? "").inserted else {
        throw KubernetesError(
          (name?.node ?? element).error("\(owner) stands twice in \(list)", hint: "rename or remove one of them"))
      }
      result.append((name?.value ?? "", try KubeconfigFields(outer.place(word), owner), element))
    }
    return result
  }

  /// A path as this file means it.
  func path(_ field: Field<String>?) -> Field<String>? {
    field.map { $0.value.hasPrefix("/") ? $0 : Field(value: "\(folder)/\($0.value)", node: $0.node) }
  }

  private static func folder(of path: String) -> String {
    let name = path.hasPrefix("/") ? path : workingFolder + "/" + path
    return String(name[..<(name.lastIndex(of: "/") ?? name.endIndex)])
  }

  private static var workingFolder: String {
    guard let text = getcwd(nil, 0) else { return "." }
    defer { free(text) }
    return String(cString: text)
  }
}
