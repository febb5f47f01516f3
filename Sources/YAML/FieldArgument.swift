/// The argument `FIELD=VALUE` of a command.
package enum FieldArgument {
  /// Splits at the first `=` that stands outside brackets and is not escaped; the value is taken as it is.
  package static func parse(_ text: String) throws(YAMLError) -> (path: FieldPath, value: String) {
    var parser = FieldPathParser(text)
    let steps = try parser.path(endsAtEquals: true)
    return (FieldPath(steps: steps), parser.rest)
  }
}
