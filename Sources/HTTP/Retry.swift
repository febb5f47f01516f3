import CCurl

/// `Retry-After`: seconds, or a date.
enum RetryAfter {
  static func seconds(_ text: String, now: Int) -> Int? {
    let text = text.trimmingSpaces
    if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      return Int(text) ?? Int.max  // more digits than a number has are a very long time
    }
    // A date has a clock in it; libcurl would read a bare number or a word as some day.
    guard text.contains(":"), text.utf8.count < 64 else { return nil }
    let date = curl_getdate(text, nil)
    return date < 0 ? nil : max(0, Int(date) - now)
  }
}

extension HTTPRetry {
  /// The pause before the attempt after this one (the first is 1), or nil when there is none.
  func pause(after attempt: Int, retryAfter: Int?, random: Double) -> Duration? {
    guard attempt < attempts else { return nil }
    var ceiling = first
    for _ in 1..<max(1, attempt) where ceiling < longest { ceiling *= 2 }
    ceiling = min(ceiling, longest)
    let jitter = ceiling * min(max(random, 0), 1)
    guard let retryAfter else { return jitter }
    let asked = Duration.seconds(min(retryAfter, 1 << 40))
    guard asked <= longestRetryAfter else { return nil }
    // A little later than asked: else all who were sent away come back together.
    return asked + min(jitter, first)
  }

  /// Answers that say: not now.
  static func isPassing(_ status: Int) -> Bool { status == 429 || (502...504).contains(status) }
}

extension String {
  var trimmingSpaces: String {
    var rest = Substring(self).utf8
    while let byte = rest.first, byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a { rest = rest.dropFirst() }
    while let byte = rest.last, byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a { rest = rest.dropLast() }
    return String(Substring(rest))
  }
}
