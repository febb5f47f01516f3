import ArgumentParser
import Host

/// Options that every command with a policy has.
struct GlobalOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The policy file; else the one that SLUICE_POLICY names.", valueName: "file"))
  var policy: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The folder for what may be thrown away; else SLUICE_CACHE, or sluice in the user's cache folder.",
      valueName: "folder"))
  var cache: String?

  @Option(name: .long, help: "How results are printed.")
  var format = Format.text

  @Flag(name: .shortAndLong, help: "Says more: a run also tells why each stage waits.")
  var verbose = false

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  /// The policy file to read.
  func policyPath() throws -> String {
    if let path = policy ?? Environment.value("SLUICE_POLICY"), !path.isEmpty { return path }
    throw UsageError("no policy is named, hint: --policy FILE, or set SLUICE_POLICY")
  }

  func cacheFolder() throws -> String {
    if let folder = cache ?? Environment.value("SLUICE_CACHE"), !folder.isEmpty { return folder }
    if let folder = Environment.value("XDG_CACHE_HOME"), folder.hasPrefix("/") { return folder + "/sluice" }
    if let home = Environment.value("HOME"), home.hasPrefix("/") { return home + "/.cache/sluice" }
    throw UsageError("there is no HOME to keep a cache in, hint: --cache DIR, or set SLUICE_CACHE")
  }
}

/// For what writes.
struct WritingOptions: ParsableArguments {
  @Flag(name: .long, help: "Prints what would be done, and writes nothing but the cache.")
  var dryRun = false
}
