import Synchronization

/// How far long work is.
package enum ProgressLine: Sendable, Equatable {
  /// `checked 120 of 1000 clusters`.
  case at(String)
  /// The work is over: what was said of it may go.
  case over
}

/// Counts what is done of many things, and says so a hundred times at most.
final class ProgressCount: Sendable {
  private let verb: String
  private let things: String
  private let total: Int
  private let step: Int
  private let tell: @Sendable (ProgressLine) -> Void
  private let done = Mutex(0)

  init(_ verb: String, _ things: String, of total: Int, _ tell: @escaping @Sendable (ProgressLine) -> Void) {
    self.verb = verb
    self.things = things
    self.total = total
    self.tell = tell
    step = max(1, total / 100)
  }

  func advance() {
    let count = done.withLock { done in
      done += 1
      return done
    }
    if count % step == 0 || count == total { tell(.at("\(verb) \(count) of \(total) \(things)")) }
  }

  func end() { tell(.over) }
}
