import Fleet
import HTTP
import Host
import Kubernetes
import Promotion

/// Reads the image of a workload's container, which counts as running once the workload is rolled out.
struct ImageReader {
  let place: ObserveSettings.WorkloadPlace
  let pattern: ValuePattern?

  func read(_ client: KubernetesClient) async throws(NoAnswer) -> ComponentReading {
    let path = KubernetesPath.path("/apis/apps/v1/namespaces", place.namespace, place.kind.row.plural, place.name)
    let body: [UInt8]
    do { body = try await client.get(path).body } catch {
      throw NoAnswer(error.kind == .notFound ? "there is no \(shown)" : "\(error)")
    }
    let containers: [WorkloadContainer]
    let row: WorkloadRow
    do {
      containers = try WorkloadContainer.all(body)
      row = try JSONReader.document(body) { (reader) throws(JSONError) in try WorkloadRow(place.kind.row, &reader) }
    } catch { throw NoAnswer("the \(shown) cannot be read at \(error)") }
    let version = try version(of: try image(containers))
    guard let what = try ImageRollout.whatIsMissing(row, shown) else { return ComponentReading(version) }
    // With the version: that an older one was not rolled out does not excuse that this one is not.
    let fault = ComponentReading.Fault(
      key: "rollout \(place.kind.rawValue)/\(place.namespace)/\(place.name) \(version)", text: "the \(shown): \(what)")
    return ComponentReading(version, findings: [fault])
  }

  private func version(of image: String) throws(NoAnswer) -> Version {
    switch ImageReference.version(in: image, pattern) {
    case .version(let version): return version
    case .absent:
      throw NoAnswer(
        pattern.map { "the image \(image) does not hold \($0)" } ?? "the image \(image) has neither a tag nor a digest")
    case .ambiguous: throw NoAnswer("the image \(image) holds \(pattern.map { "\($0)" } ?? "a version") more than once")
    case .unusable(let why): throw NoAnswer("the image \(image) has no version, \(why)")
    }
  }

  private var shown: String { "\(place.kind.row.words) \(place.namespace)/\(place.name)" }

  private func image(_ containers: [WorkloadContainer]) throws(NoAnswer) -> String {
    let main = containers.filter { !$0.isInit }
    let found: WorkloadContainer?
    if let name = place.container {
      found = containers.first { $0.name == name }
    } else {
      found = main.count == 1 ? main[0] : main.first { $0.name == place.name }
    }
    guard let found else {
      let names = OneLine.text(main.map(\.name).joined(separator: ", "), limit: 300)
      let which = place.container.map { "no container \($0)" } ?? "more than one container, hint: name one with container:"
      throw NoAnswer(main.isEmpty ? "the \(shown) has no containers" : "the \(shown) has \(which) (it has \(names))")
    }
    guard let image = found.image, !image.isEmpty else {
      throw NoAnswer("the container \(found.name) of the \(shown) has no image")
    }
    return OneLine.text(image, limit: 500)
  }
}

struct WorkloadContainer {
  var name: String
  var image: String?
  /// It runs before the others, or beside them from before their start.
  var isInit: Bool

  /// Those of a workload's pod template.
  static func all(_ body: [UInt8]) throws(JSONError) -> [WorkloadContainer] {
    var containers: [WorkloadContainer] = []
    try JSONReader.document(body) { (reader) throws(JSONError) in
      try reader.object { (reader, key) throws(JSONError) in
        guard key == "spec" else { return }
        try reader.object { (reader, key) throws(JSONError) in
          guard key == "template" else { return }
          try reader.object { (reader, key) throws(JSONError) in
            guard key == "spec" else { return }
            try reader.object { (reader, key) throws(JSONError) in
              guard key == "containers" || key == "initContainers" else { return }
              try reader.list { (reader) throws(JSONError) in
                containers.append(try one(&reader, isInit: key == "initContainers"))
              }
            }
          }
        }
      }
    }
    return containers
  }

  private static func one(_ reader: inout JSONReader, isInit: Bool) throws(JSONError) -> WorkloadContainer {
    var container = WorkloadContainer(name: "", image: nil, isInit: isInit)
    try reader.object { (reader, key) throws(JSONError) in
      switch key {
      case "name": container.name = OneLine.text(try reader.string() ?? "", limit: 80)
      case "image": container.image = try reader.string()
      default: break
      }
    }
    return container
  }
}

extension ObserveSettings.WorkloadPlace.Kind {
  var row: WorkloadRow.Kind {
    switch self {
    case .deployment: .deployment
    case .daemonSet: .daemonSet
    case .statefulSet: .statefulSet
    }
  }
}
