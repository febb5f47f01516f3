#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The environment that this process was started with.
package enum Environment {
  package static var current: [String: String] {
    var result: [String: String] = [:]
    // Nothing in this program sets a variable, so the array never changes while it is read.
    var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
    while let here = entry, let text = here.pointee {
      let pair = String(cString: text)
      if let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) {
        result[String(pair[..<equals])] = String(pair[pair.utf8.index(after: equals)...])
      }
      entry = here.successor()
    }
    return result
  }

  package static func value(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
