import Mustache

/// How the text of pull requests is laid out, in Mustache: the standard way, or an operator's own.
///
/// An operator's template is trusted in its layout only. What it is told is escaped already, nothing of it begins a line with a
/// command, the machine's block comes behind it, and what is too long loses its largest parts.
package struct PullRequestTemplate: Sendable {
  /// As errors call it: its path.
  package let name: String
  /// Names in it that Sluice does not tell it, each with its place and the nearest that there is. Such a tag renders nothing.
  package let unknownNames: [String]
  /// What it uses of the names at the top.
  let used: Set<String>
  private let template: MustacheTemplate

  // It is our own text, and each test of a pull request renders it.
  package static let standard = try! PullRequestTemplate(standardText, name: "standard")

  package init(_ text: String, name: String) throws(TemplateError) {
    let read = try TemplateText(text, name: name)
    self.name = name
    unknownNames = TemplateNames.unknown(in: read.tags)
    used = Set(read.tags.compactMap(\.path.first))
    do {
      // On a line of its own, which leaves none; the library escapes for HTML otherwise.
      template = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}\n" + read.text)
    } catch let error as MustacheTemplate.ParserError {
      throw TemplateError(
        name: name, line: max(1, error.context.lineNumber - 1), column: error.context.columnNumber,
        problem: .syntax(String(describing: error.error)))
    } catch {
      throw TemplateError(name: name, problem: .syntax(String(describing: error)))
    }
  }

  func rendered(_ values: TemplateObject) -> String { MarkdownText.withoutCommands(template.render(values)) }
}
