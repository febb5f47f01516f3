import Testing

@testable import Observing

@Suite("Placeholders in PromQL")
struct PromQLTests {
  private func query(_ template: String, _ values: [String: String]) -> String {
    do { return try PromQL.query(template, for: ObservationTarget(cluster: "eu.1", values: values)) } catch { return error.text }
  }

  @Test(
    "A value is data wherever it stands",
    arguments: [
      (#"up{cluster="{cluster}"} > 0"#, [:], #"up{cluster="eu.1"} > 0"#),
      (#"up{c="{a}"}"#, ["a": #"x"} or vector(1) #\"#], #"up{c="x\"} or vector(1) #\\"}"#),
      (#"up{c='{a}'}"#, ["a": #"it's "a""#], #"up{c='it\'s "a"'}"#),
      ("up{c=`{a}`}", ["a": #"a\"b"#], #"up{c=`a\"b`}"#),
      (#"up{c=~"{cluster}-.*"}"#, [:], #"up{c=~"eu\\.1-.*"}"#),
      (#"up{c !~ '{a}'}"#, ["a": "(a|b)"], #"up{c !~ '\\(a\\|b\\)'}"#),
      ("up{c=~`{cluster}`}", [:], #"up{c=~`eu\.1`}"#),
      (#"up{c=~"x[0-9]{3}{tier}"}"#, ["tier": "p"], #"up{c=~"x[0-9]{3}p"}"#),
      ("api:{tier}:5m", ["tier": "prod"], "api:prod:5m"),
      (#"up{a="=~"} + {n} # "{n}""#, ["n": "7"], #"up{a="=~"} + 7 # "7""#),
      (#"up{a="\"",b="{a}"}"#, ["a": "+"], #"up{a="\"",b="+"}"#), ("sum by (a) (up{}) {", [:], "sum by (a) (up{}) {"),
      (#"up{c="{a}"}"#, ["a": "é{cluster}"], #"up{c="é{cluster}"}"#),
    ] as [(String, [String: String], String)])
  func data(template: String, values: [String: String], result: String) { #expect(query(template, values) == result) }

  @Test(
    "A value that cannot stand where it would, or is not there, is refused",
    arguments: [
      ("up + {a}", ["a": "1 or vector(1)"], "its query cannot have \"1 or vector(1)\" for {a} where it stands"),
      ("up + {a}", ["a": ""], "its query cannot have \"\" for {a} where it stands"),
      ("up{c=`{a}`}", ["a": "x`"], "its query cannot have \"x`\" for {a} where it stands"),
      (#"up{c="{a}"}"#, ["a": "x\ny"], "its query cannot have \"x y\" for {a} where it stands"),
      (#"up{c="{clutser}"}"#, [:], "its query needs {clutser}, which has no value here"),
    ] as [(String, [String: String], String)])
  func refused(template: String, values: [String: String], why: String) { #expect(query(template, values) == why) }
}
