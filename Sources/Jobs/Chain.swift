/// The jobs' names, in the order of the chain.
package enum JobName: String, CaseIterable, Sendable {
  case discover, check, bump, propose, gate, merge, apply

  /// What must have gone well before in the same run: a job does not act on what could not be read.
  var needs: [JobName] {
    switch self {
    case .discover, .check: []
    case .bump: [.check]
    case .propose: [.bump]
    case .gate: [.propose]
    case .merge: [.gate]
    case .apply: [.check]
    }
  }
}

/// The chain: each job once, in order. A job that fails does not stop those that do not depend on it.
package struct Chain: Sendable {
  private let workspace: Workspace
  private let jobs: [JobName]

  package init(_ workspace: Workspace, only jobs: Set<JobName> = Set(JobName.allCases)) {
    self.workspace = workspace
    self.jobs = JobName.allCases.filter(jobs.contains)
  }

  /// A job that failed, and why.
  package struct Failure: Sendable {
    package let job: JobName
    package let error: any Error
  }

  /// Runs the jobs.
  package func run() async -> [Failure] {
    var failures: [Failure] = []
    var failed: Set<JobName> = []
    for job in jobs {
      if !failed.isDisjoint(with: job.needs) {
        failed.insert(job)
        continue
      }
      do { try await run(job) } catch {
        failures.append(Failure(job: job, error: error))
        failed.insert(job)
      }
    }
    await workspace.fleets.remember()
    return failures
  }

  private func run(_ job: JobName) async throws {
    switch job {
    case .discover: try await DiscoverJob(workspace).run()
    case .check: try await CheckJob(workspace).run()
    case .bump: try await BumpJob(workspace).run()
    case .propose: try await ProposeJob(workspace).run()
    case .gate: try await GateJob(workspace).run()
    case .merge: try await merge()
    case .apply: try await ApplyJob(workspace).run()
    }
  }

  /// What lands moves the base under the gates of all that is still open: they run again on what would land now, until nothing
  /// more lands. Else one promotion a run would land in a repository, and the last in the order might never.
  private func merge() async throws {
    for _ in 0..<1000 {
      guard try await MergeJob(workspace).run(rounds: 1000), jobs.contains(.gate) else { return }
      try await GateJob(workspace).run()
    }
  }
}
