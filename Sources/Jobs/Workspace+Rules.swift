import Fleet
package import Forge
import Git
import Promotion

extension Workspace {
  /// What the forge lets Sluice do with this policy, and what of that will not work.
  package func forgeFindings() async throws -> [ForgeRules.Finding] {
    let base = BranchNames.short(try await baseReference())
    let rules = try await forge.rules(base: base)
    return rules.findings + stageFindings(rules) + (try await ledgerFindings())
  }

  /// How each stage lands, beside what the repository allows.
  private func stageFindings(_ rules: ForgeRules) -> [ForgeRules.Finding] {
    guard policy.forge.kind != .local else { return [] }
    return policy.stages.map { stage in
      switch stage.method {
      case .push where rules.mayPush == false:
        return .init(
          .problem, "stage \(stage.name) lands by pushing, and this account may not push to the base branch",
          hint: "let it, or write merge: {method: forge}")
      case .push: return .init(.fine, "stage \(stage.name) lands by pushing the commit that was tested")
      case .forge:
        let allowed = rules.styles.map(\.rawValue).sorted()
        guard allowed.contains(stage.style.rawValue) else {
          let others = allowed.isEmpty ? "" : ", or write merge: {style: \(allowed[0])}"
          return .init(
            .problem, "stage \(stage.name) lands by the forge's \(stage.style.rawValue), which the repository does not allow",
            hint: "allow it in the repository's settings\(others)")
        }
        return .init(
          .fine, "stage \(stage.name) lands by the forge's \(stage.style.rawValue); what landed is compared with what was tested")
      }
    }
  }

  private func ledgerFindings() async throws -> [ForgeRules.Finding] {
    let name = policy.repository.ledgerReference
    let shown = BranchNames.short(name)
    if try await repository.references(prefixes: [name])[name] != nil { return [.init(.fine, "the ledger is on \(shown)")] }
    return [.init(.warning, "there is no ledger on \(shown) yet", hint: "the first run makes it; then protect it like the base")]
  }
}
