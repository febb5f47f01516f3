import Synchronization

/// A value that is derived when it is first asked for. If two threads ask at once, both derive it: they find the same.
struct Once<Value: Sendable>: ~Copyable, Sendable {
  private let derived = Mutex<Value?>(nil)

  borrowing func callAsFunction(_ derive: () -> Value) -> Value {
    if let value = derived.withLock({ $0 }) { return value }
    let value = derive()
    derived.withLock { $0 = value }
    return value
  }
}
