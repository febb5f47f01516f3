import Git

/// The local forge at one moment, and what is to be changed in it.
struct ForgeState: Sendable {
  let tip: ObjectID?
  /// The references of the repository then; `refs/pull` where it is to be written.
  let references: [String: ObjectID]
  /// As they are written there.
  let stored: [Int: PullFile]
  /// As they are: an open one with the head that its branch has, or merged.
  var pulls: [Int: PullFile]
  var statuses: [ObjectID: StatusFile] = [:]
  /// References that move together with what is written.
  var moves: [RefUpdate] = []

  static func headReference(_ number: Int) -> String { "refs/pull/\(number)/head" }

  func branch(_ name: String) -> ObjectID? { references["refs/heads/\(name)"] }

  /// One more than the highest number that was ever given.
  var nextNumber: Int {
    let named = references.keys.compactMap { name in
      let parts = name.split(separator: "/")
      return parts.count == 4 && parts[1] == "pull" ? Int(parts[2]) : nil
    }
    return max(pulls.keys.max() ?? 0, named.max() ?? 0) + 1
  }

  func open(from branch: String) -> PullFile? {
    pulls.values.filter { $0.request.state == .open && $0.request.branch == branch }
      .min { $0.request.number < $1.request.number }
  }

  func file(_ number: Int) throws(ForgeError) -> PullFile {
    guard let file = pulls[number] else { throw .noRequest(number: number) }
    return file
  }

  func openFile(_ number: Int) throws(ForgeError) -> PullFile {
    let file = try file(number)
    guard file.request.state == .open else { throw .notOpen(number: number, file.request.state) }
    return file
  }

  /// The requests by number.
  var sorted: [PullRequest] { pulls.values.map(\.request).sorted { $0.number < $1.number } }

  /// What brings each `refs/pull/<n>/head` in step with its request.
  var headMoves: [RefUpdate] {
    pulls.values.compactMap { file in
      let name = Self.headReference(file.request.number)
      let now = references[name]
      return now == file.request.head ? nil : RefUpdate(name, from: now, to: file.request.head)
    }.sorted { $0.name < $1.name }
  }
}
