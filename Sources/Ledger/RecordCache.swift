package import Git
import Synchronization

/// Where the bytes of blobs are remembered from one process to the next. Both may forget what they like.
package struct BlobMemo: Sendable {
  package var load: @Sendable ([ObjectID]) async -> [ObjectID: [UInt8]]
  package var save: @Sendable ([ObjectID: [UInt8]]) async -> Void

  package init(
    load: @escaping @Sendable ([ObjectID]) async -> [ObjectID: [UInt8]],
    save: @escaping @Sendable ([ObjectID: [UInt8]]) async -> Void
  ) {
    self.load = load
    self.save = save
  }
}

/// What blobs held, by their id, so that a record is parsed once in the life of a process.
final class RecordCache: Sendable {
  private final class OfKind<R: LedgerRecord>: Sendable {
    let contents = Mutex<[ObjectID: RecordFile.Content<R>]>([:])
  }

  private let kinds = Mutex<[RecordKind: any AnyObject & Sendable]>([:])

  private func cache<R: LedgerRecord>(of type: R.Type) -> OfKind<R> {
    kinds.withLock { kinds in
      if let present = kinds[R.kind] as? OfKind<R> { return present }
      let fresh = OfKind<R>()
      kinds[R.kind] = fresh
      return fresh
    }
  }

  func content<R: LedgerRecord>(_ id: ObjectID, as type: R.Type) -> RecordFile.Content<R>? {
    cache(of: type).contents.withLock { $0[id] }
  }

  func contents<R: LedgerRecord>(as type: R.Type) -> [ObjectID: RecordFile.Content<R>] {
    cache(of: type).contents.withLock { $0 }
  }

  func keep<R: LedgerRecord>(_ contents: [ObjectID: RecordFile.Content<R>], as type: R.Type) {
    cache(of: type).contents.withLock { $0.merge(contents) { $1 } }
  }

  /// Forgets what no file of the kind holds any longer.
  func keepOnly<R: LedgerRecord>(_ contents: [ObjectID: RecordFile.Content<R>], as type: R.Type) {
    cache(of: type).contents.withLock { $0 = contents }
  }
}
