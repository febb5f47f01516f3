import Foundation

/// Moments as GitHub writes them.
enum Times {
  private static func parts(_ seconds: Int) -> tm {
    var moment = time_t(seconds)
    var parts = tm()
    gmtime_r(&moment, &parts)
    return parts
  }

  private static func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }

  /// `2026-02-17T10:44:05Z`
  static func iso(_ seconds: Int) -> String {
    let parts = parts(seconds)
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
      + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
  }

  static func json(_ seconds: Int?) -> JSON { JSON(seconds.map(iso)) }

  /// `Tue, 17 Feb 2026 10:44:05 GMT`
  static func http(_ seconds: Int) -> String {
    let parts = parts(seconds)
    let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(parts.tm_wday)]
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][Int(parts.tm_mon)]
    return "\(day), \(two(parts.tm_mday)) \(month) \(parts.tm_year + 1900) "
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
  }
}
