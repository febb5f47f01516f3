/// A parsed YAML stream (JSON too). Cheap to copy; its nodes are views of it.
package struct YAMLFile: Sendable {
  let storage: Storage

  /// Parses a stream.
  ///
  /// Duplicate keys pass here, since real files have them; they are errors where they stand on a path asked for, and
  /// `duplicateKeys` lists them.
  /// - Throws: `YAMLError` with its place: what libyaml refuses, UTF-16, undecodable bytes, undefined aliases, nesting
  ///   deeper than 200 levels, aliases that expand to more than a million nodes.
  package init(_ bytes: [UInt8], name: String) throws(YAMLError) {
    storage = try EventReader.read(bytes, name: name)
  }

  package var bytes: [UInt8] { storage.bytes }
  package var name: String { storage.name }

  /// None in an empty file, or in one of comments alone.
  package var documents: [YAMLDocument] {
    storage.documents.map { YAMLDocument(storage: storage, record: $0) }
  }

  /// Every key that stands twice in its mapping, at its second place.
  package var duplicateKeys: [YAMLError] {
    storage.records.indices.compactMap { index in
      guard storage.records[index].kind == .mapping else { return nil }
      return YAMLNode(storage: storage, index: index).duplicateKey.map { $0.second.duplicateError(first: $0.first) }
    }
  }
}

/// One document of a stream.
package struct YAMLDocument: Sendable {
  let storage: Storage
  let record: DocumentRecord

  /// Nil where the document is empty.
  package var root: YAMLNode? {
    let node = YAMLNode(storage: storage, index: record.root)
    return node.isEmptyText && node.record.link < 0 ? nil : node
  }
}
