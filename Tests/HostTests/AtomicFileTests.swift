import Foundation
import TestSupport
import Testing

@testable import Host

@Suite("Atomic files")
struct AtomicFileTests {
  let folder = try! TemporaryFolder()  // without one there is nothing to test

  private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  private func mode(_ name: String) -> mode_t {
    var status = stat()
    return stat(folder.path + "/" + name, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  @Test("A new file has what was written, and no other file is left")
  func new() throws {
    try AtomicFile.write(Array("one".utf8), to: folder.path + "/f")
    #expect(try folder.text("f") == "one")
    #expect(try names() == ["f"])
  }

  @Test("Large and empty contents go through whole", arguments: [0, 1, 4095, 4096, 4097, 5_000_000])
  func sizes(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try AtomicFile.write(bytes, to: folder.path + "/f", durable: true)
    #expect(try AtomicFile.read(folder.path + "/f") == bytes)
  }

  @Test("A replaced file keeps its mode", arguments: [0o600, 0o644, 0o755, 0o4711] as [mode_t])
  func keepsMode(given: mode_t) throws {
    let path = try folder.write("old", to: "f")
    chmod(path, given)
    try AtomicFile.write(Array("new".utf8), to: path)
    #expect(mode("f") == given)
    #expect(try folder.text("f") == "new")
  }

  @Test("A given mode wins over the umask and over the replaced file's")
  func givenMode() throws {
    let path = try folder.write("old", to: "f")
    chmod(path, 0o644)
    try AtomicFile.write([], to: path, mode: 0o666)
    try AtomicFile.write([], to: folder.path + "/g", mode: 0o666)
    #expect(mode("f") == 0o666 && mode("g") == 0o666)
  }

  @Test("Behind a link the file it points to is replaced, and the link stays")
  func link() throws {
    try folder.write("old", to: "elsewhere/real")
    symlink("elsewhere/real", folder.path + "/link")
    try AtomicFile.write(Array("new".utf8), to: folder.path + "/link")
    #expect(try folder.text("elsewhere/real") == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link") == "elsewhere/real")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/elsewhere") == ["real"])
  }

  @Test("A link to nothing is refused and stays as it is")
  func danglingLink() throws {
    symlink("absent", folder.path + "/link")
    let error = #expect(throws: HostError.self) { try AtomicFile.write([1], to: folder.path + "/link") }
    #expect(error?.kind == .notFound)
    #expect(try names() == ["link"])
  }

  @Test("Other names for the old file keep the old content")
  func hardLinks() throws {
    let path = try folder.write("old", to: "f")
    makeHardLink(path, folder.path + "/g")
    try AtomicFile.write(Array("new".utf8), to: path)
    #expect(try folder.text("g") == "old" && folder.text("f") == "new")
  }

  @Test("A folder, a pipe and a device are refused", arguments: ["folder", "pipe", "/dev/null"])
  func notRegular(name: String) throws {
    try folder.write("", to: "folder/inside")
    mkfifo(folder.path + "/pipe", 0o600)
    let path = name.hasPrefix("/") ? name : folder.path + "/" + name
    let error = #expect(throws: HostError.self) { try AtomicFile.write([1], to: path) }
    #expect(error?.kind == .invalid)
    #expect(try names() == ["folder", "pipe"])
  }

  @Test("A missing folder is not found")
  func missingFolder() throws {
    let error = #expect(throws: HostError.self) { try AtomicFile.write([1], to: folder.path + "/no/f") }
    #expect(error?.kind == .notFound)
    #expect(error?.description == "cannot write \(folder.path)/no/f: no such file or directory")
  }

  @Test(
    "A folder that may not be written is not permitted, and the old file stays",
    .enabled(if: geteuid() != 0, "root may write everywhere"))
  func notPermitted() throws {
    let path = try folder.write("old", to: "closed/f")
    chmod(folder.path + "/closed", 0o500)
    let error = #expect(throws: HostError.self) { try AtomicFile.write([1], to: path) }
    #expect(error?.kind == .notPermitted)
    #expect(try folder.text("closed/f") == "old")
  }

  @Test("A read-only file system says so", .enabled(if: access("/sys/kernel", F_OK) == 0, "there is no /sys here"))
  func readOnly() throws {
    let error = #expect(throws: HostError.self) { try AtomicFile.write([1], to: "/sys/kernel/sluice-test") }
    #expect([.readOnly, .notPermitted].contains(error?.kind))
  }

  @Test("A full disk is no space: the old file stays and nothing is left beside it")
  func noSpace() throws {
    let path = try folder.write("old", to: "f")
    ProcessSignals.ignoreThoseThatAreErrors()
    // The limit counts for this whole process, so it is set for the one call and above what the others here write.
    var old = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    var small = rlimit(rlim_cur: 64 << 20, rlim_max: old.rlim_max)
    let bytes = [UInt8](repeating: 1, count: (64 << 20) + 1)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
    let error = #expect(throws: HostError.self) { try AtomicFile.write(bytes, to: path) }
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    #expect(error?.kind == .noSpace)
    #expect(try folder.text("f") == "old")
    #expect(try names() == ["f"])
  }

  @Test("What a killed process leaves has a name that nobody takes for a file of theirs")
  func leftover() {
    #expect(AtomicFile.isLeftover(".sluice-0123456789abcdef.tmp"))
    #expect(!AtomicFile.isLeftover("sluice.yaml") && !AtomicFile.isLeftover(".sluice.yaml"))
  }

  @Test("Writers at the same time never mix their contents")
  func concurrent() async throws {
    let path = folder.path + "/f"
    await withTaskGroup(of: Void.self) { tasks in
      for letter in UInt8(ascii: "a")...UInt8(ascii: "p") {
        tasks.addTask { try? AtomicFile.write([UInt8](repeating: letter, count: 100_000), to: path) }
      }
    }
    let bytes = try AtomicFile.read(path)
    #expect(bytes.count == 100_000 && Set(bytes).count == 1)
    #expect(try names() == ["f"])
  }

  @Test("Reading stops at the limit", arguments: [(99_999, true), (100_000, false), (100_001, false)])
  func limit(limit: Int, tooLarge: Bool) throws {
    let path = try folder.write([UInt8](repeating: 1, count: 100_000), to: "f")
    if tooLarge {
      #expect(throws: HostError.self) { try AtomicFile.read(path, limit: limit) }
    } else {
      #expect(try AtomicFile.read(path, limit: limit).count == 100_000)
    }
  }

  @Test("A file whose size the system does not know is read whole")
  func unknownSize() throws {
    #expect(try AtomicFile.read("/proc/self/environ").count > 0)
  }

  @Test("Reading a folder or nothing says so")
  func unreadable() throws {
    let folderError = #expect(throws: HostError.self) { try AtomicFile.read(folder.path) }
    #expect(folderError?.kind == .invalid)
    let absentError = #expect(throws: HostError.self) { try AtomicFile.read(folder.path + "/no") }
    #expect(absentError?.kind == .notFound)
  }
}

/// `link` is the name of a test here.
private func makeHardLink(_ old: String, _ new: String) { _ = link(old, new) }
