import Mustache

/// What a template may be told: never a text as it came from outside.
protocol TemplateValue {}

extension Bool: TemplateValue {}

/// A text that a template is told: Markdown already, so that it stands as it is. No transform of the library reaches it, since one
/// that turns a text around would undo its escapes.
struct TemplateMarkdown: TemplateValue, MustacheCustomRenderable, MustacheParent, CustomStringConvertible,
  CustomDebugStringConvertible
{
  let renderText: String
  /// What came from outside; nil where it was written here.
  private let source: String?

  /// What is written here, as it is.
  init(markdown: String) {
    renderText = markdown
    source = nil
  }

  /// Text from outside.
  init(_ text: String, limit: Int = 160) {
    let plain = MarkdownText.plain(text, limit: limit)
    // What would make a list, a heading or a command of its line does not begin it.
    let begins = plain.unicodeScalars.first.map { "-+=/:".unicodeScalars.contains($0) || $0.properties.isWhitespace } ?? false
    renderText = begins ? "&#8203;" + plain : plain
    source = PlainText.line(text, limit: limit)
  }

  /// As a code span, where that is safe wherever it stands: inside HTML it is none, so what would mention or refer stays escaped.
  private var code: String {
    guard let source, renderText.replacing(#/&#(91|93|95);/#, with: "").firstMatch(of: #/&#/#) == nil else { return renderText }
    return MarkdownText.code(source, limit: .max)
  }

  var isNull: Bool { renderText.isEmpty }
  var description: String { renderText }
  var debugDescription: String { renderText }
  func child(named name: String) -> Any? { name == "code" ? TemplateMarkdown(markdown: code) : nil }
}

/// Named values: what a template is told, and an item of a list. By itself it renders nothing.
struct TemplateObject: TemplateValue, MustacheCustomRenderable, MustacheParent, CustomStringConvertible,
  CustomDebugStringConvertible
{
  let members: [String: Any]
  let isNull: Bool

  init(_ members: [String: any TemplateValue], isNull: Bool = false) {
    self.members = members
    self.isNull = isNull
  }

  init(_ members: [String: any TemplateValue], lists: [String: [any TemplateValue]]) {
    self.members = (members as [String: Any]).merging(lists) { $1 }
    isNull = false
  }

  /// Of texts from outside.
  init(texts: KeyValuePairs<String, String>, flags: [String: Bool] = [:]) {
    self.init((flags as [String: any TemplateValue]).merging(texts.map { ($0, TemplateMarkdown($1)) }) { $1 })
  }

  var renderText: String { "" }
  var description: String { "" }
  var debugDescription: String { "" }
  func child(named name: String) -> Any? { members[name] }

  /// How much it can add to a text.
  var size: Int { members.values.reduce(0) { $0 + (($1 as? TemplateMarkdown)?.renderText.utf8.count ?? 0) } }
}
