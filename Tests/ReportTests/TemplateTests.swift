import Promotion
import TestSupport
import Testing

@testable import Report

@Suite("An operator's own template of a pull request")
struct TemplateTests {
  /// Uses every list, section and kind of tag.
  private static let layout = """
    {{! What our reviewers want to see first }}
    # {{group}} {{from}} → {{to}} in {{stage.code}}
    {{#isTakeBack}}
    **Back**, since
    {{#reasons}}
    - {{.}}
    {{/reasons}}
    {{/isTakeBack}}
    {{#isConsolidation}}
    Only moves where the version is written.
    {{/isConsolidation}}
    {{#hasWaves}}
    Wave {{wave}} of {{waves}}.
    {{/hasWaves}}
    {{^section.evidence}}

    Nothing ran it before.
    {{/section.evidence}}

    {{#components}}
    * {{name.code}}: {{from}} to {{to}}
    {{/components}}

    {{count}} {{#clusterNames}}{{^first()}}, {{/first()}}{{.}}{{/clusterNames}} ({{policy}})

    {{#files}}
    1. {{path.code}}: {{change}}
    {{/files}}
    {{#gates}}
    - [{{#hasPassed}}x{{/hasPassed}}{{^hasPassed}} {{/hasPassed}}] {{name}} {{state}}{{#detail}}: {{detail}}{{/detail}}
    {{/gates}}
    {{#approvals}}
    {{given}} of {{needed}}{{#by}} by {{by}}{{/by}}
    {{/approvals}}
    {{#evidence}}
    {{stage}} ran {{versions}} on {{clusters}} until {{qualifiedAt}}
    {{/evidence}}
    {{#discoveries}}
    {{component}} {{version}} {{published}} {{firstSeen}}
    {{/discoveries}}
    {{=<% %>=}}
    <%#changes%>
    <%clusters%> <%field.code%> <%from%> <%&to%>
    <%/changes%>
    <%={{ }}=%>

    {{#section.revert}}
    {{.}}
    {{/section.revert}}
    """

  private static func template(_ text: String) throws -> PullRequestTemplate {
    try PullRequestTemplate(text, name: "pull-request.mustache")
  }

  @Test(
    "lays out every kind in its own way",
    arguments: [
      ("small", PromotionSamples.small), ("take-back", PromotionSamples.takeBack),
      ("consolidate", PromotionSamples.consolidation), ("large", PromotionSamples.large(20)),
    ])
  func own(name: String, text: PromotionText) throws {
    let template = try Self.template(Self.layout)
    #expect(template.unknownNames.isEmpty)
    let difference = Golden.difference(text.body(template), "template-\(name).md")
    #expect(difference == nil)
    #expect(text.body(template) == text.body(try Self.template(Self.layout.replacing("\n", with: "\r\n"))))
  }

  @Test("the standard layout is a template like others, and uses no name that there is not")
  func standard() throws {
    let same = try Self.template(PullRequestTemplate.standardText)
    #expect(PullRequestTemplate.standard.unknownNames.isEmpty)
    for text in [PromotionSamples.small, PromotionSamples.takeBack, PromotionSamples.consolidation, PromotionSamples.large(60)] {
      #expect(text.body == text.body(same))
    }
  }

  @Test("is told every name that there is")
  func names() throws {
    func expect(_ names: [String: TemplateNames.Kind], in members: [String: Any]) {
      #expect(Set(names.keys) == Set(members.keys))
      for (name, kind) in names {
        switch (kind, members[name]) {
        case (.text, is TemplateMarkdown), (.flag, is Bool): break
        case (.object(let names), let object as TemplateObject): expect(names, in: object.members)
        case (.list(let names), let items as [Any]):
          for item in items {
            if let object = item as? TemplateObject { expect(names, in: object.members) } else { #expect(names.isEmpty) }
          }
        default: Issue.record("\(name) is told as something else")
        }
      }
    }
    for text in [PromotionSamples.hostile("x"), PromotionSamples.takeBack, PromotionSamples.large(3)] {
      expect(TemplateNames.all, in: TemplateTold(text, Set(TemplateNames.all.keys)).values.members)
    }
  }

  @Test("names that nothing has are found, with the nearest that there is")
  func unknown() throws {
    let text = """
      {{clusterNmaes}} {{#gates}}{{detial}} {{stage}} {{code}}{{/gates}}
      {{#sections.why}}x{{/sections.why}} {{.}} {{stage.cod}} {{section.revret}}
      {{#isPromotion}}{{name}}{{/isPromotion}} {{#first(gates)}}{{name}}{{/first(gates)}} {{count(gates)}}
      {{plusone(count(gates))}} {{uppercased(stage)}} {{#files}}{{index()}}{{first()}}{{nonsense()}}{{/files}} {{index()}}
      {{#section}}{{why}}{{clusters}}{{/section}} {{xylophone}} {{{evidnce}}} {{&policy}}
      """
    let found = try Self.template(text).unknownNames.map { $0 + "\n" }.joined()
    let difference = Golden.difference(found, "template-names.txt")
    #expect(difference == nil)
  }

  @Test("what can't be read is said with its place and what to write")
  func errors() {
    let texts = [
      "{{#gates}}\n{{name}}\n", "{{#gates}}\n{{/files}}", "a\n{{name", "a\n\n  {{na me}}", "{{=<%=}}", "{{/gates}}", "{{{name}}",
      "{{> header}}", "{{<page}}{{/page}}", "x {{$block}}{{/block}}", "{{% CONTENT_TYPE:HTML}}", "one\ntwo \u{0}", "\u{1b}[2J",
      "a\rb", "{{#clusterNames}}\n {{#changes}}{{/changes}}{{/clusterNames}}", String(repeating: "x", count: 40_000),
      String(repeating: "{{#wave}}", count: 21) + String(repeating: "{{/wave}}", count: 21), "{{(}}", "{{count(}}", "{{x(y)z}}",
    ]
    let lines = texts.map { text -> String in
      do throws(TemplateError) {
        _ = try PullRequestTemplate(text, name: "pull-request.mustache")
        return "\(PlainText.line(text, limit: 40))\n  is read\n"
      } catch {
        return "\(PlainText.line(text, limit: 40))\n  \(error)\n"
      }
    }
    let difference = Golden.difference(lines.joined(), "template-errors.txt")
    #expect(difference == nil)
  }

  @Test("strange text escapes nowhere, and begins no line with a command", arguments: Hostile.texts)
  func hostile(outside: String) throws {
    let bare = """
      {{stage}}
      {{#clusterNames}}
      {{.}}
        {{code}}
      {{/clusterNames}}
      {{#gates}}
      {{name}}
      {{{detail}}}
      {{/gates}}
      {{reversed(group)}}{{gates}}{{#evidence}}{{.}}{{clusters}}{{/evidence}}{{approvals}}{{section}}{{files}}
      <summary>{{group.code}}</summary>
      """
    for text in [bare, Self.layout] {
      let template = try Self.template(text)
      for count in [2, 40] {
        let body = PromotionSamples.hostile(outside, count: count).body(template)
        #expect(body.utf8.count < 59_000)
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.allSatisfy { Hostile.isPlain($0) })
        #expect(lines.allSatisfy { !$0.drop(while: \.isWhitespace).hasPrefix("/") })
        let tags = body.matches(of: #/<[^>\n]*/#).map { String($0.output) }
        #expect(tags.allSatisfy { ["<summary", "</summary"].contains($0) || $0.hasPrefix("<!-- sluice:promotion {") })
        #expect(lines.count { $0.contains("-->") } == 1)
        // Nothing mentions or refers, in code spans neither: inside HTML they would be none.
        var plain = body.replacing(#/<!--.*/#, with: "").replacing("&#8203;", with: "\u{200b}").replacing(#/&#\d+;/#, with: "")
        // The sections' code spans are none of the layout's.
        if text == Self.layout { plain = plain.replacing(#/`[^`\n]*`/#, with: "") }
        #expect(plain.firstMatch(of: #/@|[^#]#\d|:\/\/|www\./#) == nil)
      }
    }
  }

  @Test("a line of the layout itself begins no command either")
  func commands() throws {
    let body = PromotionSamples.small.body(try Self.template("/approve\n \t/merge\n{{! x }}\n/ {{stage}}\na /label"))
    #expect(body.hasPrefix("&#47;approve\n \t&#47;merge\n&#47; prod\na /label\n\n<!-- sluice:promotion {"))
  }

  @Test(
    "ten thousand clusters stay under the limit, and the block for machines stays at the end",
    arguments: [
      layout, "{{#clusterNames}}\n- {{.}}\n{{/clusterNames}}\n{{section.gates}}", "{{#changes}}{{field}}{{/changes}}", "",
      "{{! nothing }}", "{{#clusterNames}}{{stage}}{{/clusterNames}}",
      "{{section.revert}}{{#clusterNames}}x{{/clusterNames}}" + String(repeating: "y", count: 30_000),
    ])
  func large(text: String) throws {
    let template = try Self.template(text)
    let promotion = PromotionSamples.large(10_000)
    let body = promotion.body(template)
    #expect(body.utf8.count < 59_000)
    #expect(body.hasSuffix("-->\n") && body.contains("<!-- sluice:promotion {\"format\":1"))
    #expect(body == promotion.body(template))
    if text.hasPrefix("{{#clusterNames}}\n") {
      let note = "Of 10000 `clusterNames` 100 are shown here: all of them are too long for one text.\n\n<!--"
      #expect(body.contains(note))
      #expect(body.split(separator: "\n").count { $0.hasPrefix("- prod-") } == 100)
      #expect(body.contains("### Gates"))
    }
  }

  @Test("a layout that is too long with nothing in it gives way to the standard one")
  func tooLong() throws {
    let template = try Self.template(String(repeating: "{{from}}", count: 4000))
    #expect(PromotionSamples.hostile("|||||||||").body(template) == PromotionSamples.hostile("|||||||||").body)
  }
}
