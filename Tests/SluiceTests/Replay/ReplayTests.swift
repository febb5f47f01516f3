import TestSupport
import Testing

@Suite("A real history, gone through again", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct ReplayTests {
  @Test func `every promotion that people's bot made is made, in order and byte for byte`() throws {
    let tags = try ImageTags()
    let world = try ReplayWorld(tags)
    let output = try goThrough(tags, world)
    let landed = try world.landed()
    #expect(landed.count { $0.author == "A Person" } == 204)

    let promotions = Promotions(landed: landed, tags: tags)
    print(promotions.account)
    #expect(promotions.strangers == [])
    #expect(promotions.inexact == [])
    // Every value that came to integration went to staging and to production, each once and in the order of its coming; but to
    // production none that integration had taken back by then, and did not come back to.
    let takenBack = promotions.takenBackAtOnce
    #expect(takenBack.map { $0.to.prefix(8) } == ["1c130e54", "581c59ed", "e43306ec", "v912", "850994b6"])
    for application in ImageTags.applications {
      let all = Array(tags.order[application, default: []].dropFirst())
      let barred = Set(takenBack.filter { $0.application == application && !tags.returns(to: $0) }.map(\.to))
      #expect(promotions.values("staging", application) == all)
      #expect(promotions.values("production", application) == all.filter { !barred.contains($0) })
    }
    #expect(promotions.made.count == 388)
    #expect((promotions.forward, promotions.back) == (292, 4))
    #expect(promotions.matched == 290)
    // People took v1362 back in staging and production and landed it again. Nobody takes it back here, so it is there once.
    #expect(promotions.missing.map(\.step) == [458, 459])
    #expect(promotions.missing.allSatisfy { $0.to == "v1362" })
    #expect(promotions.added.count { $0.why == .notForPromotion } == 47)
    #expect(promotions.added.count { $0.why == .overtaken } == 51)
    try expectOrder(output, world)
  }

  /// Staging had v1042 of it and integration v1053 when Sluice first looked: which of them is newer nobody knows.
  @Test func `a stage that ran something else at first sight takes what appears after that`() throws {
    let tags = try ImageTags()
    let world = try ReplayWorld(tags)
    let staging = ImageTags.path("staging", "government-frontend")
    let time = tags.history.steps[0].time
    for minute in 0..<3 { _ = try world.run(at: time + 60 * minute) }
    #expect(try world.values()[staging] == "v1042")
    #expect(try world.sluice("explain", "staging", "government-frontend").contains("government-frontend v1042 can't be ordered"))
    try world.move("integration", "government-frontend", to: "v1054")
    for minute in 3..<5 { _ = try world.run(at: time + 60 * minute) }
    #expect(try world.values()[staging] == "v1054")
    #expect(try world.values()[ImageTags.path("production", "government-frontend")] == "v1054")
  }

  /// Each that lands moves the base under the others' gates: they are to run again at once, or the last one in the order waits for
  /// as many runs as there are others, and for ever where those always have something new.
  @Test func `promotions that are ready together land in one run`() throws {
    let tags = try ImageTags()
    let world = try ReplayWorld(tags)
    let time = tags.history.steps[0].time
    _ = try world.run(at: time)
    let moved = ImageTags.applications.dropFirst()
    for application in moved { try world.move("integration", application, to: "v9999") }
    for (minute, stage) in ["staging", "production"].enumerated() {
      _ = try world.run(at: time + 60 * (minute + 1))
      let values = try world.values()
      for application in moved { #expect(values[ImageTags.path(stage, application)] == "v9999") }
    }
  }

  /// Puts integration's changes on the base one after another, as a person's commits, with one run after each: it brings the
  /// new value to staging and the one before it to production.
  ///
  /// - Returns: Everything that the runs said.
  private func goThrough(_ tags: ImageTags, _ world: ReplayWorld) throws -> String {
    var clock = tags.history.steps[0].time
    var output = try world.run(at: clock)
    for change in tags.changes where change.environment == "integration" {
      var step = tags.history.steps[change.step]
      step.changes = step.changes.filter { $0.path == change.path }
      try tags.history.put([step], on: world.fleet)
      clock = max(clock + 60, step.time)
      output += try world.run(at: clock)
    }
    for minute in 1...2 { output += try world.run(at: clock + 60 * minute) }
    #expect(try world.run(at: clock + 180) == "", "it comes to rest")
    return output
  }

  /// What the ledger and the forge hold at the end, and what the runs said.
  private func expectOrder(_ output: String, _ world: ReplayWorld) throws {
    let values = try world.values()
    #expect(values[ImageTags.path("staging", "publisher")] == "v1367")
    // Its first value of integration was there before, so the other ones can't be ordered against it.
    #expect(values[ImageTags.path("staging", "government-frontend")] == "v1042")
    #expect(values[ImageTags.path("integration", "government-frontend")] == "v1053")
    #expect(!output.contains("warning"))
    #expect(output.split(separator: "\n").count { $0.contains(": merged #") } == 388)
    // Integration went back seven times; once to a value that had been taken back itself, and is released by that.
    let holds = try world.git("ls-tree", "-r", "--name-only", "sluice-ledger", "replay/holds/")
    #expect(holds.split(separator: "\n").count == 7)
    let branches = try world.git("for-each-ref", "--format=%(refname)", "refs/heads").split(separator: "\n")
    #expect(branches == ["refs/heads/main", "refs/heads/sluice-ledger"])
  }
}

extension ImageTags {
  /// Whether integration came back to a value that it had taken back.
  fileprivate func returns(to taken: Change) -> Bool {
    changes.contains {
      $0.environment == taken.environment && $0.application == taken.application && $0.to == taken.to && $0.step > taken.step
    }
  }
}
