/// What is wrong with a template, and where: `template pull-request.mustache:3:4: …; hint: …`.
package struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
  package var name: String
  /// From 1; nil where the whole is meant.
  package var line: Int?
  package var column: Int?
  package var problem: Problem

  package enum Problem: Sendable, Equatable {
    /// What the library for templates calls it.
    case syntax(String)
    case tooLong(bytes: Int)
    case control(Unicode.Scalar)
    /// `{{>`, `{{<`, `{{$` or `{{%`.
    case unsupported(String)
    case listInList(String, outer: String)
    case tooDeep
  }

  package var description: String {
    let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
    return "template \(PlainText.line(name))\(place): \(words), hint: \(hint)"
  }

  private var words: String {
    switch problem {
    case .syntax(let word): "\(Self.words(word)) (\(PlainText.line(word)))"
    case .tooLong(let bytes): "has \(bytes) bytes, and at most \(TemplateText.limit) are read"
    case .control(let scalar): "the control character \(PlainText.line(String(scalar))) stands in it"
    case .unsupported(let tag): "a tag begins with `\(PlainText.line(tag))`, and a template here is one file without pragmas"
    case .listInList(let list, let outer): "the list `\(PlainText.line(list))` stands inside the list `\(PlainText.line(outer))`"
    case .tooDeep: "sections stand more than \(TemplateText.depth) deep in one another"
    }
  }

  private static func words(_ word: String) -> String {
    switch word {
    case "sectionCloseNameIncorrect": "a section is closed that is not the one opened last"
    case "expectedSectionEnd": "a section is not closed"
    case "unfinishedName": "a tag has no name, or no end"
    case "invalidSetDelimiter": "a tag that sets delimiters is malformed"
    case "overflow": "a tag has no end"
    default: "it can't be read"
    }
  }

  private var hint: String {
    switch problem {
    case .syntax("sectionCloseNameIncorrect"): "close each `{{#name}}` by `{{/name}}` of the same name, the inner one first"
    case .syntax("expectedSectionEnd"): "write `{{/name}}` where the section `{{#name}}` ends"
    case .syntax("invalidSetDelimiter"): "write `{{=<% %>=}}`"
    case .syntax: "a name is letters, digits and dots between `{{` and `}}`"
    case .tooLong: "the text of a pull request has less than \(PromotionText.limit) bytes"
    case .control: "remove it; lines end with a line feed"
    case .unsupported: "write `{{name}}`, `{{#name}}…{{/name}}` or `{{^name}}…{{/name}}`"
    case .listInList: "close the outer list first"
    case .tooDeep: "close sections that nothing needs"
    }
  }
}
