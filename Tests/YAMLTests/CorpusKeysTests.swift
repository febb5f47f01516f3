import TestSupport
import Testing
import YAML

@Suite("Keys and contents in the corpus", .enabled(if: Corpus.isPresent, "\(Corpus.absence)"), .serialized)
struct CorpusKeysTests {
  /// Mappings of the corpus with a field below them, spread evenly: file and path of the mapping.
  private static let places: [(test: CorpusCase, document: Int, mapping: FieldPath)] = {
    var all: [(test: CorpusCase, document: Int, mapping: FieldPath)] = []
    var seen: Set<String> = []
    for test in CorpusCase.all where test.before.count < 40_000 {
      for edit in test.edits {
        for count in edit.path.steps.indices {
          guard case .key = edit.path.steps[count] else { continue }
          let mapping = FieldPath(steps: Array(edit.path.steps.prefix(count)))
          if seen.insert("\(test.id) \(edit.document) \(mapping)").inserted { all.append((test, edit.document, mapping)) }
        }
      }
    }
    let step = max(1, all.count / 1100)
    return stride(from: 0, to: all.count, by: step).map { all[$0] }
  }()

  @Test("a key is inserted in its own line, and removing it gives the file back")
  func insertAndRemove() throws {
    var (done, flow, refused) = (0, 0, [String]())
    for (test, document, mapping) in Self.places {
      let field = FieldPath(steps: mapping.steps + [.key("sluice-test")])
      let added: [UInt8]
      do {
        added = try YAMLFile(test.before, name: test.id).applying([
          YAMLEdit(document: document, path: field, operation: .insert("v1.2.3"))
        ])
      } catch {
        refused.append("\(error)")
        continue
      }
      let old = test.before.split(separator: 0x0A, omittingEmptySubsequences: false)
      let new = added.split(separator: 0x0A, omittingEmptySubsequences: false)
      if let line = new.indices.first(where: { $0 >= old.count || old[$0] != new[$0] }), new.count == old.count + 1 {
        let text = String(decoding: new[line], as: UTF8.self)
        #expect(text.drop { $0 == " " } == "sluice-test: v1.2.3" || text.contains("\"sluice-test\": "), "\(test.id): \(text)")
        #expect(old[line...].elementsEqual(new[(line + 1)...]), "\(test.id)")
      } else {
        flow += 1
      }
      let file = try YAMLFile(added, name: test.id)
      let back = try file.applying([YAMLEdit(document: document, path: field, operation: .remove)])
      #expect(back == test.before, "\(test.id) \(field): \(UnifiedDiff.text(old: test.before, new: back, name: "f"))")
      done += 1
    }
    print("corpus, keys: \(done) inserted and removed again, \(flow) of them within a line, \(refused.count) refused")
    #expect(done >= 1000)
    for error in refused {
      #expect(error.contains("alias") || error.contains("merge key") || error.contains("stands twice"), "\(error)")
    }
  }

  @Test("removing a field takes only its own lines")
  func removal() throws {
    var (done, refused) = (0, [String]())
    for (place, test) in CorpusCase.all.enumerated() where place % 9 == 0 {
      guard let edit = test.edits.first, let last = edit.path.steps.last, case .key = last else { continue }
      do {
        let result = try YAMLFile(test.before, name: test.id).applying([
          YAMLEdit(document: edit.document, path: edit.path, operation: .remove)
        ])
        // What is left is a part of what was, but for `{}` in place of an emptied mapping.
        let difference = result.difference(from: test.before)
        let isOnlyBraces = difference.insertions.count <= 4
        #expect(isOnlyBraces, "\(test.id) \(edit.path)")
        done += 1
      } catch {
        refused.append("\(error)")
      }
    }
    print("corpus, removals: \(done) done, \(refused.count) refused")
    for error in refused {
      #expect(error.contains("merge key") || error.contains("alias") || error.contains("stands twice"), "\(error)")
    }
    #expect(done > 100)
  }

  @Test("the other cases end with the author's contents")
  func inexactCases() throws {
    let cases = CorpusCase.all.filter { !$0.isExact }
    var same = 0
    for test in cases {
      let result = try YAMLFile(test.before, name: test.id).applying(test.yamlEdits)
      let ours = contents(try YAMLFile(result, name: test.id))
      let theirs = contents(try YAMLFile(test.after, name: test.id))
      #expect(ours == theirs, "\(test.id): \(Set(ours).symmetricDifference(theirs).sorted().prefix(4))")
      same += ours == theirs ? 1 : 0
    }
    print("corpus, inexact: \(cases.count) cases, \(same) with the author's contents")
    #expect(cases.count == 102)
  }

  @Test("files that are no YAML are refused with a place, or edited exactly")
  func invalidFiles() throws {
    let cases = try InvalidCase.load()
    var (refused, exact, beyond) = (0, 0, [String]())
    for test in cases {
      do throws(YAMLError) {
        let file = try YAMLFile(test.before, name: test.id)
        let after = try YAMLFile(test.after, name: test.id)
        let edits = scalarEdits(file, after)
        let result = try file.applying(edits)
        if result == test.after {
          exact += 1
        } else {
          // The author also changed comments, anchors or structure, which no edit of ours asks for.
          beyond.append(test.id)
          #expect(scalarEdits(try YAMLFile(result, name: test.id), after).isEmpty, "\(test.id)")
        }
      } catch {
        refused += 1
        #expect(error.line >= 1 && error.column >= 1 && error.file == test.id, "\(error)")
      }
    }
    print(
      "corpus, invalid: \(cases.count) files, \(refused) refused with a place, \(exact) edited exactly, \(beyond.count) edited where the author changed more than scalars \(beyond)"
    )
    #expect(cases.count == 30)
  }

  /// The scalars that differ between two streams of one shape, as edits.
  private func scalarEdits(_ before: YAMLFile, _ after: YAMLFile) -> [YAMLEdit] {
    var result: [YAMLEdit] = []
    func walk(_ old: YAMLNode, _ new: YAMLNode, _ steps: [FieldPath.Step], _ document: Int) {
      if old.isAlias || new.isAlias { return }
      switch (old.kind, new.kind) {
      case (.scalar, .scalar):
        if old.text != new.text {
          result.append(YAMLEdit(document: document, path: FieldPath(steps: steps), operation: .set(new.text)))
        }
      case (.sequence, .sequence):
        for (place, pair) in zip(old.elements, new.elements).enumerated() {
          walk(pair.0, pair.1, steps + [.index(place)], document)
        }
      case (.mapping, .mapping):
        for (left, right) in zip(old.entries, new.entries) where left.keyNode.kind == .scalar {
          walk(left.value, right.value, steps + [.key(left.key)], document)
        }
      default: break
      }
    }
    for (place, pair) in zip(before.documents, after.documents).enumerated() {
      if let old = pair.0.root, let new = pair.1.root { walk(old, new, [], place) }
    }
    return result
  }
}
