import ArgumentParser
import Host
import Report
import YAML

struct Edit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Changes values of a YAML or JSON file, and no other byte of it.",
    discussion: """
      A FIELD is a path like versions.kubernetes or spec.containers.[name=api].image; `\\` escapes . [ ] and =. Several \
      edits are one replacement of the file: all or none.
      """)

  @Argument(help: "The file.")
  var file: String
  @Argument(help: ArgumentHelp("What to set.", valueName: "FIELD=VALUE"))
  var values: [String] = []
  @Option(name: .long, help: "The document of a stream, from 0; needed where several have the field.")
  var document: Int?
  @Flag(name: .long, help: "Adds fields that are not there.")
  var insert = false
  @Option(name: .long, help: ArgumentHelp("Removes a field; may be given several times.", valueName: "FIELD"))
  var remove: [String] = []
  @Option(name: .long, help: "Where the result goes; - is standard output. Left out: the file itself.")
  var output: String?
  @Flag(name: .long, help: "Prints the difference, and writes nothing.")
  var dryRun = false

  mutating func run() async throws {
    guard !values.isEmpty || !remove.isEmpty else {
      throw UsageError("nothing to change, hint: sluice edit \(file) FIELD=VALUE")
    }
    let bytes = try AtomicFile.read(file)
    let parsed = try YAMLFile(bytes, name: file)
    var edits: [YAMLEdit] = []
    for value in values {
      let (path, text) = try argument { () throws(YAMLError) in try FieldArgument.parse(value) }
      edits.append(YAMLEdit(document: document, path: path, operation: try operation(path, text, in: parsed)))
    }
    for field in remove {
      let path = try argument { () throws(YAMLError) in try FieldPath(field) }
      edits.append(YAMLEdit(document: document, path: path, operation: .remove))
    }
    let edited = try parsed.applying(edits)
    if dryRun {
      Output.text(UnifiedDiff.text(old: bytes, new: edited, name: file))
    } else if output == "-" {
      Output.bytes(edited)
    } else if output != nil || edited != bytes {
      try AtomicFile.write(edited, to: output ?? file)
    }
  }

  /// What is wrong with an argument is wrong usage, not wrong data.
  private func argument<Value>(_ parse: () throws(YAMLError) -> Value) throws -> Value {
    do { return try parse() } catch { throw UsageError("\(error)") }
  }

  /// With `--insert` a field that is there is set, and one that is not is added.
  private func operation(_ path: FieldPath, _ text: String, in parsed: YAMLFile) throws -> YAMLEdit.Operation {
    guard insert else { return .set(text) }
    let documents = document.map { [$0] } ?? Array(parsed.documents.indices)
    for index in documents where parsed.documents.indices.contains(index) {
      if try parsed.documents[index].root?.find(path) != nil { return .set(text) }
    }
    return .insert(text)
  }
}
