package import Fleet
import Host
package import Kubernetes
package import Promotion

/// Reads which version of a component a cluster runs.
///
/// A version is given only where it is certain; whatever else comes is a gap of the component's.
package struct ComponentReader: Sendable {
  private let component: ComponentName
  private let settings: ObserveSettings
  private let pattern: ValuePattern?
  private let means: ObservingMeans

  /// - Parameter pattern: how the version stands in the config's field.
  package init(_ component: ComponentName, _ settings: ObserveSettings, pattern: ValuePattern?, means: ObservingMeans) {
    self.component = component
    self.settings = settings
    self.pattern = pattern
    self.means = means
  }

  /// - Parameter client: nil: there is no way to the cluster's API, which only some readers need.
  package func sample(_ target: ObservationTarget, _ client: KubernetesClient?) async -> Sample {
    do throws(NoAnswer) {
      let settings = try settings.filled(for: target)
      do throws(NoAnswer) {
        return sample(try await read(settings, target, client), source: source(settings))
      } catch {
        return gap(error, source: source(settings))
      }
    } catch {
      return gap(error, source: source(settings))
    }
  }

  private func read(
    _ settings: ObserveSettings, _ target: ObservationTarget, _ client: KubernetesClient?
  ) async throws(NoAnswer) -> ComponentReading {
    func api() throws(NoAnswer) -> KubernetesClient {
      guard let client else { throw NoAnswer("the policy's connect: leads to no API of a cluster to read it from") }
      return client
    }
    switch settings {
    // The health of the cluster itself tells it.
    case .kubernetes: return ComponentReading()
    case .image(let place): return try await ImageReader(place: place, pattern: pattern).read(try api())
    case .helm(let namespace, let release):
      return try await HelmReader(namespace: namespace, release: release).read(try api())
    case .configMap(let namespace, let name, let key):
      let reader = ConfigMapReader(namespace: namespace, name: name, key: key)
      return ComponentReading(
        try WrittenVersion.read(try await reader.text(try api()), pattern, in: "the key \(key) of \(reader.shown)"))
    case .http(let http, let field):
      let reader = HTTPFieldReader(question: HTTPQuestion(settings: http, means: means), field: field)
      return ComponentReading(
        try WrittenVersion.read(try await reader.text(target), pattern, in: "the field \(field) of the answer"))
    case .command(let arguments, let timeout):
      let text = try await CommandReader(run: means.run(arguments, timeout: timeout)).text(target)
      return ComponentReading(try WrittenVersion.read(text, pattern, in: "the command's answer"))
    }
  }

  private func sample(_ reading: ComponentReading, source: String) -> Sample {
    Sample(
      versions: reading.version.map { [component: $0] } ?? [:],
      findings: reading.findings.map {
        Finding(.component(component), source: source, key: OneLine.key($0.key), text: OneLine.text($0.text, limit: 500))
      })
  }

  private func gap(_ error: NoAnswer, source: String) -> Sample {
    Sample(gaps: [Gap(.component(component), source: source, text: OneLine.text(error.text, limit: 600))])
  }

  private func source(_ settings: ObserveSettings) -> String {
    switch settings {
    case .kubernetes: "kubernetes"
    case .image(let place): "image \(place.namespace)/\(place.name)"
    case .helm(let namespace, let release): "helm \(namespace)/\(release)"
    case .configMap(let namespace, let name, _): "configMap \(namespace)/\(name)"
    case .http: "http \(component)"
    case .command: "command \(component)"
    }
  }
}

/// What a reader found.
struct ComponentReading: Equatable {
  struct Fault: Equatable {
    var key: String
    var text: String
  }

  var version: Version?
  /// Why the version does not count as running yet.
  var findings: [Fault] = []

  init(_ version: Version? = nil, findings: [Fault] = []) {
    self.version = version
    self.findings = findings
  }
}

extension ObserveSettings {
  /// With placeholders replaced in the names of objects: a cluster of the fleet may be a namespace.
  fileprivate func filled(for target: ObservationTarget) throws(NoAnswer) -> ObserveSettings {
    switch self {
    case .image(var place):
      place.namespace = try target.text(place.namespace)
      place.name = try target.text(place.name)
      if let container = place.container { place.container = try target.text(container) }
      return .image(place)
    case .helm(let namespace, let release):
      return .helm(namespace: try target.text(namespace), release: try target.text(release))
    case .configMap(let namespace, let name, let key):
      return .configMap(namespace: try target.text(namespace), name: try target.text(name), key: try target.text(key))
    case .kubernetes, .http, .command: return self
    }
  }
}

extension OneLine {
  /// At most 200 bytes, as the keys of findings have.
  static func key(_ text: String) -> String {
    var key = self.text(text, limit: 200)
    while key.utf8.count > 200 { key.removeLast() }
    return key
  }
}
