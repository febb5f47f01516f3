/// What an inspection found: a line for each thing that was looked at.
package struct FindingsReport: Sendable, Equatable {
  package var findings: [Finding]

  package struct Finding: Sendable, Equatable {
    package enum Weight: String, Sendable, CaseIterable, Comparable {
      case fine, warning, problem

      package static func < (a: Weight, b: Weight) -> Bool {
        switch (a, b) {
        case (.fine, .warning), (.fine, .problem), (.warning, .problem): true
        default: false
        }
      }
    }

    package var weight: Weight
    /// What is so, and what that means.
    package var text: String
    /// What a person can do.
    package var hint: String?

    package init(_ weight: Weight, _ text: String, hint: String? = nil) {
      self.weight = weight
      self.text = text
      self.hint = hint
    }
  }

  package init(_ findings: [Finding]) { self.findings = findings }

  /// The heaviest weight; nil where nothing was found.
  package var worst: Finding.Weight? { findings.map(\.weight).max() }

  /// `ok: …`, `warning: …; hint: …` and `problem: …; hint: …`, in the order in which they were found.
  package var text: String {
    findings.map { finding in
      let hint = finding.hint.map { "; hint: \(PlainText.line($0, limit: 1000))" } ?? ""
      return "\(finding.weight == .fine ? "ok" : finding.weight.rawValue): \(PlainText.line(finding.text, limit: 1000))\(hint)\n"
    }.joined()
  }

  package var json: JSONOutput {
    func count(_ weight: Finding.Weight) -> JSONOutput { .number(findings.count { $0.weight == weight }) }
    return .members([
      "problems": count(.problem), "warnings": count(.warning),
      "findings": .array(
        findings.map { finding in
          .members([
            "weight": .string(finding.weight.rawValue), "text": .string(finding.text),
            "hint": finding.hint.map(JSONOutput.string),
          ])
        }),
    ])
  }
}
