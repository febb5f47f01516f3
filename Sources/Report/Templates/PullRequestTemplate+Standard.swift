extension PullRequestTemplate {
  /// The standard layout, to begin one's own with.
  package static let standardText = """
    {{#section.sentence}}
    {{.}}

    {{/section.sentence}}
    {{#section.why}}
    {{.}}

    {{/section.why}}
    {{#section.components}}
    {{.}}

    {{/section.components}}
    {{#section.clusters}}
    {{.}}

    {{/section.clusters}}
    {{#section.evidence}}
    {{.}}

    {{/section.evidence}}
    {{#section.gates}}
    {{.}}

    {{/section.gates}}
    {{#section.changes}}
    {{.}}

    {{/section.changes}}
    {{#section.revert}}
    {{.}}
    {{/section.revert}}

    """
}
