import Fleet
import Host

/// What Prometheus answers to an instant query (its HTTP API, v1).
struct PrometheusAnswer: Equatable {
  struct Sample: Equatable {
    /// `errors{job="api"}`; of a scalar it is empty.
    var series: String
    var value: Double
    /// As it came.
    var text: String
  }

  var samples: [Sample]
  /// Why the answer may lack something: of a query over several servers, one did not answer.
  var warnings: [String]

  /// - Throws: `NoAnswer` for all that holds no numbers.
  init(status: Int, shownStatus: String, _ body: [UInt8]) throws(NoAnswer) {
    guard let answer = try? JSONValue(parsing: body), let said = answer["status"]?.string else {
      throw NoAnswer(status == 200 ? "the answer is not Prometheus' JSON" : "it answers \(shownStatus)")
    }
    guard said == "success", status == 200 else {
      let words = [answer["errorType"]?.string, answer["error"]?.string].compactMap(\.self).joined(separator: ": ")
      throw NoAnswer("it answers \(shownStatus)" + (words.isEmpty ? "" : ", \(OneLine.text(words, limit: 300))"))
    }
    // What PromQL only remarks comes under `infos`, and in some versions here.
    warnings = (answer["warnings"]?.array ?? []).compactMap(\.string).filter { !$0.hasPrefix("PromQL info") }
    let result = answer["data"]?["result"]
    switch answer["data"]?["resultType"]?.string {
    case "scalar":
      guard let result, let (value, text) = Self.number(result) else { throw NoAnswer("the answer's scalar is no number") }
      samples = [Sample(series: "", value: value, text: text)]
    case "vector":
      guard let elements = result?.array else { throw NoAnswer("the answer's vector is no list") }
      var samples: [Sample] = []
      for element in elements { samples.append(try Self.sample(element)) }
      self.samples = samples
    case let type?:
      throw NoAnswer("the answer is a \(OneLine.text(type, limit: 40)), hint: the query must give a vector or a scalar")
    case nil: throw NoAnswer("the answer is not Prometheus' JSON")
    }
  }

  private static func sample(_ element: JSONValue) throws(NoAnswer) -> Sample {
    let series = series(element["metric"]?.object ?? [:])
    guard element["histogram"] == nil else { throw NoAnswer("\(series) is a histogram, hint: take a number of it in the query") }
    guard let pair = element["value"], let (value, text) = number(pair) else { throw NoAnswer("\(series) has no number") }
    return Sample(series: series, value: value, text: text)
  }

  /// `[time, "0.5"]`.
  private static func number(_ pair: JSONValue) -> (Double, String)? {
    guard let parts = pair.array, parts.count == 2, let text = parts[1].string else { return nil }
    switch text {
    case "NaN": return (.nan, text)
    case "+Inf", "Inf": return (.infinity, text)
    case "-Inf": return (-.infinity, text)
    default:
      guard text.utf8.count <= 400, text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }), let value = Double(text) else {
        return nil
      }
      return (value, OneLine.text(text, limit: 40))
    }
  }

  private static func series(_ labels: [String: JSONValue]) -> String {
    let pairs = labels.filter { $0.key != "__name__" }.sorted { $0.key < $1.key }
    let list = pairs.prefix(8).map { "\($0.key)=\"\($0.value.string ?? "")\"" } + (pairs.count > 8 ? ["…"] : [])
    return OneLine.text((labels["__name__"]?.string ?? "") + "{\(list.joined(separator: ","))}", limit: 200)
  }
}

extension PrometheusAnswer {
  /// What the answer says of an expectation. A bad number is bad whatever else is not known; a good answer must be whole.
  func verdict(_ expectation: Expectation) -> ProbeVerdict {
    let bad = samples.filter { !$0.value.isNaN && !expectation.holds(for: $0.value) }
    if let worst = bad.max(by: { Self.distance($0, expectation) < Self.distance($1, expectation) }) {
      let shown = worst.text + (worst.series.isEmpty ? "" : " of \(worst.series)")
      let text =
        samples.count == 1
        ? "\(shown) is not \(expectation)" : "\(bad.count) of \(samples.count) are not \(expectation), the worst is \(shown)"
      return .bad(text, count: bad.count)
    }
    if samples.isEmpty { return .unanswered("the answer is empty: no series is known for the query") }
    let nameless = samples.filter(\.value.isNaN)
    if let one = nameless.first {
      let series = one.series.isEmpty ? "the answer" : one.series
      return .unanswered(samples.count == 1 ? "\(series) is NaN" : "\(nameless.count) of \(samples.count) are NaN, as \(series)")
    }
    if let warning = warnings.first {
      return .unanswered("the answer may not be whole: \(OneLine.text(warning, limit: 300))")
    }
    return .good(samples.count == 1 ? "\(samples[0].text) is \(expectation)" : "all \(samples.count) are \(expectation)")
  }

  /// How far off a bad number is.
  private static func distance(_ sample: Sample, _ expectation: Expectation) -> Double {
    abs(sample.value - expectation.value)
  }
}
