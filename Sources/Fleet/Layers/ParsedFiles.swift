import Synchronization
import YAML

/// Contents that were parsed a moment ago, for whoever needs them next: a change is made, resolved and proven in one go, of the
/// same files. They are many times as large as their bytes, so that they are forgotten as soon as that is done.
final class ParsedFiles: Sendable {
  private let files = Mutex<[ContentID: YAMLFile]>([:])
  private static let limit = 4000

  func file(_ content: ContentID) -> YAMLFile? { files.withLock { $0[content] } }

  func keep(_ new: some Sequence<(ContentID, YAMLFile)>) {
    files.withLock { files in
      for (content, file) in new where files.count < Self.limit { files[content] = file }
    }
  }

  func forget() { files.withLock { $0 = [:] } }
}
