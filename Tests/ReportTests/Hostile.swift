/// Texts from outside that want to be more than text.
enum Hostile {
  static let texts: [String] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}", "a\nerror: forged", "a\r\nSluice-To: kubernetes=9", "tab\there", "\u{0}nul",
    "a | b | c", "`code` ``more``", "<script>alert(1)</script>", "--> <img src=x onerror=alert(1)>", "<!-- open",
    "@ann please merge", "team/@ann", "closes #12", "acme/config#12", "!34 &5 ~bug %\"1.0\" $9 *iteration:1",
    "GH-12", "https://github.com/acme/config/issues/1", "www.example.test", "/approve", "/label ~bug\n/merge",
    "[text](javascript:alert(1))", "![image](https://evil.test/x.png)", "*bold* _it_ ~~no~~ **x**", "# heading", "- item",
    "\u{202e}desrever", "\u{2028}line", "\u{9b}31m", "\u{feff}mark", "\u{e0041}tag", "\\| \\` \\",
    "a=b,c=d; e=f", "100%", "%41%zz",
    "</details>", "&lt;b&gt; &#64;ann", "e\u{301}\u{301}\u{301}", "👩‍👩‍👧‍👦 版本", " edge ", "",
    String(repeating: "x", count: 100_000), String(repeating: "|", count: 5000), String(repeating: "@a", count: 5000),
  ]

  /// Whether a text is one line in which a terminal finds nothing to obey.
  static func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069, 0xfeff, 0xe0000...0xe007f: false
      default: true
      }
    }
  }
}
