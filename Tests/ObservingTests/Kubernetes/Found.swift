import Promotion

@testable import Observing

/// What a rule finds.
func found(_ judge: (inout FindingList) -> Void) -> [Finding] {
  var list = FindingList()
  judge(&list)
  return list.findings
}

extension [Finding] {
  /// Each as `key: text`, with its count where that is not 1.
  var lines: [String] { map { "\($0.key)\($0.count == 1 ? "" : " x\($0.count)"): \($0.text)" } }
}
