import Host
import Kubernetes

/// One revision of a release, as Helm keeps it in a Secret of its own.
///
/// Helm 3's driver for Secrets (pkg/storage/driver): labels `owner`, `name`, `status` and `version`, which is the revision; the
/// record is JSON, compressed by gzip, in base64 of Helm's within that of the Secret.
struct HelmRevision: Sendable, Equatable {
  static let secretType = "helm.sh/release.v1"
  /// A Secret has at most 1 MiB; of the charts in them, few unpack to a tenth of this.
  static let recordLimit = 32 << 20

  var revision: Int
  var status: String
  /// nil where the record cannot be read, with the reason.
  var chartVersion: String?
  var problem: String?

  /// Reads an element of a list of Secrets.
  /// - Returns: nil for one that is not of Helm's.
  static func read(_ reader: inout JSONReader) throws(JSONError) -> HelmRevision? {
    var type: String?
    var record: String?
    var labels: [String: String] = [:]
    try reader.object { (reader, key) throws(JSONError) in
      switch key {
      case "type": type = try reader.string()
      case "data":
        try reader.object { (reader, key) throws(JSONError) in if key == "release" { record = try reader.string() } }
      case "metadata": labels = try MetadataRow(&reader, labels: ["owner", "status", "version"]).labels
      default: break
      }
    }
    guard type == secretType, labels["owner"] == "helm", let revision = labels["version"].flatMap({ Int($0) }) else { return nil }
    var found = HelmRevision(revision: revision, status: OneLine.text(labels["status"] ?? "", limit: 40))
    do throws(NoAnswer) { found.chartVersion = try chartVersion(record) } catch { found.problem = error.text }
    return found
  }

  private static func chartVersion(_ record: String?) throws(NoAnswer) -> String {
    guard let record else { throw NoAnswer("it has no record") }
    guard let inner = Base64.decode(record), let text = String(validating: inner, as: UTF8.self),
      let packed = Base64.decode(text)
    else { throw NoAnswer("its record is not base64 twice over") }
    var json = packed
    // As old as Helm 2, some are not compressed.
    if Gzip.isCompressed(packed) {
      do throws(Gzip.Failure) { json = try Gzip.decompressed(packed, limit: recordLimit) } catch {
        switch error {
        case .damaged: throw NoAnswer("its record is damaged")
        case .tooLarge(let limit): throw NoAnswer("its record unpacks to more than \(limit >> 20) MiB")
        }
      }
    }
    let version: String?
    do { version = try JSONReader.document(json, maximumDepth: 512, chartVersion) } catch {
      throw NoAnswer("its record is not JSON at \(error.line):\(error.column)")
    }
    guard let version, !version.isEmpty else { throw NoAnswer("its record names no version of the chart") }
    return version
  }

  private static func chartVersion(_ reader: inout JSONReader) throws(JSONError) -> String? {
    var version: String?
    try reader.object { (reader, key) throws(JSONError) in
      guard key == "chart" else { return }
      try reader.object { (reader, key) throws(JSONError) in
        guard key == "metadata" else { return }
        try reader.object { (reader, key) throws(JSONError) in if key == "version" { version = try reader.string() } }
      }
    }
    return version
  }
}
