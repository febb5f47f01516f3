import HTTP
import Host

/// A server's clock beside ours.
enum GitHubClock {
  /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, the form of the `Date` header (RFC 9110, 5.6.7).
  static func seconds(_ text: String) -> Int? {
    let parts = text.split(separator: " ").map(String.init)
    guard parts.count == 6, parts[5] == "GMT",
      let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].firstIndex(of: parts[2])
    else { return nil }
    let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
    return RFC3339.seconds("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }

  /// How far ahead of the server's clock ours is, by an answer that has just come; nil: it does not say.
  static func lead(_ head: HTTPHead, now: Int) -> Int? {
    head.headers["date"].flatMap { seconds($0) }.map { now - $0 }
  }

  /// `this machine's clock is 12 minutes behind github.com`, or nil for a difference of a minute or less.
  static func skew(_ head: HTTPHead, now: Int, host: String) -> String? {
    guard let lead = lead(head, now: now), abs(lead) > 60 else { return nil }
    let minutes = (abs(lead) + 30) / 60
    return "this machine's clock is \(minutes) minute\(minutes == 1 ? "" : "s") \(lead > 0 ? "ahead of" : "behind") \(host)"
  }
}
