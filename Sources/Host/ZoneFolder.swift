#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Where this machine keeps the time zones: `TZDIR`, or else the system's own folder.
package struct ZoneFolder: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// The second is for systems without the first, such as NixOS.
  package static var system: ZoneFolder {
    if let path = Environment.value("TZDIR"), path.hasPrefix("/") { return ZoneFolder(path) }
    let usual = "/usr/share/zoneinfo"
    return ZoneFolder(access(usual, R_OK) != 0 && access("/etc/zoneinfo", R_OK) == 0 ? "/etc/zoneinfo" : usual)
  }

  /// Reads a zone. `UTC` needs no file.
  ///
  /// - Throws: `HostError`; `notFound` when there is no such zone, or none at all.
  package func zone(_ name: String) throws(HostError) -> Zone {
    if name == "UTC" { return .utc }
    guard Self.isName(name) else { throw missing(name) }
    let file = path + "/" + name
    let bytes: [UInt8]
    do throws(HostError) { bytes = try AtomicFile.read(file, limit: 1 << 20) } catch {
      // `America` is a folder.
      throw error.kind == .notFound || error.kind == .invalid ? missing(name) : error
    }
    do throws(ZoneFile.Fault) { return try ZoneFile.read(bytes, name: name) } catch {
      throw HostError(
        .invalid, path: file, message: "time zone \(name) \(error.message) (\(file)), hint: use another, or install tzdata anew")
    }
  }

  /// The names of the zones, sorted; none when tzdata is not installed.
  package var names: [String] {
    var names: [String] = []
    func add(_ folder: String, depth: Int) {
      guard depth < 4, let stream = opendir(path + "/" + folder) else { return }
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        // Zones and their regions begin with a capital and have no extension; tables, copies with leap seconds and the like don't.
        guard let first = name.utf8.first, (0x41...0x5a).contains(first), !name.contains(".") else { continue }
        var status = stat()
        guard stat(path + "/" + folder + name, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR { add(folder + name + "/", depth: depth + 1) } else { names.append(folder + name) }
      }
    }
    add("", depth: 0)
    return names.sorted()
  }

  private func missing(_ name: String) -> HostError {
    let message =
      names.isEmpty
      ? "no time zones in \(path), and so no \(name), hint: install tzdata, or set TZDIR"
      : "unknown time zone \"\(name)\", hint: write Area/City, like Europe/Berlin"
    return HostError(.notFound, path: path, message: message)
  }

  /// A name never leaves the folder.
  private static func isName(_ name: String) -> Bool {
    guard name.utf8.count <= 100 else { return false }
    return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      part.utf8.first.map { (0x41...0x5a).contains($0 & 0xdf) } ?? false
        && part.utf8.allSatisfy {
          (0x41...0x5a).contains($0 & 0xdf) || (0x30...0x39).contains($0) || "+-_".utf8.contains($0)
        }
    }
  }
}
