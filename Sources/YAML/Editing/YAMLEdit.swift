/// A change of one field.
package struct YAMLEdit: Sendable {
  package enum Operation: Sendable {
    /// Replaces a scalar's content. It keeps its quotes; a plain one is quoted only where the text would turn from a
    /// string into something else, or is a number that does not print back as itself. With a style: written so.
    case set(String, style: ScalarStyle? = nil)
    /// Replaces parts of the decoded scalar, given as ranges of its UTF-8; the raw bytes elsewhere stay.
    case replace([(range: Range<Int>, with: String)])
    /// Adds a key with a scalar value, behind the last one of its mapping, with the mappings that are missing above it.
    case insert(String, style: ScalarStyle? = nil)
    /// Removes a key with its value; a mapping that had no other key becomes `{}`.
    case remove
    /// Removes a key with its value, and the mappings above it that would be empty then, so that what `insert` added goes
    /// whole. An empty document is left where nothing else was in it.
    case prune
  }

  /// From 0. Nil: the one document that has the field.
  package var document: Int?
  package var path: FieldPath
  package var operation: Operation

  package init(document: Int? = nil, path: FieldPath, operation: Operation) {
    self.document = document
    self.path = path
    self.operation = operation
  }
}
