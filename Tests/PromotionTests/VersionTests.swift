import Promotion
import Testing

@Suite struct `Versions in order` {
  private func order(_ order: VersionOrder, seen: [SeenVersion] = []) -> Ordering {
    Ordering(
      policy: Policy(name: "p", components: [Component(name: "c", order: order)], groups: [], stages: []),
      seen: ["c": seen])
  }

  @Test(arguments: [
    ("1.0.0-alpha", "1.0.0-alpha.1"), ("1.0.0-alpha.1", "1.0.0-alpha.beta"), ("1.0.0-alpha.beta", "1.0.0-beta"),
    ("1.0.0-beta", "1.0.0-beta.2"), ("1.0.0-beta.2", "1.0.0-beta.11"), ("1.0.0-beta.11", "1.0.0-rc.1"),
    ("1.0.0-rc.1", "1.0.0"), ("1.9.0", "1.10.0"), ("v1.30.9", "1.31"), ("1.2.3", "1.2.3.1"), ("2024.01.15", "2024.2.1"),
    ("1.0.0-99999999999999999999", "1.0.0-100000000000000000000"), ("1.31.2", "1.31.2-eks-1"), ("1.31.2-eks-9", "1.31.2-eks-10"),
    ("1.31.2-rc.1-eks-9", "1.31.2-eks-1"), ("1.31.2-eks-10", "1.31.3-eks-1"),
  ]) func `semver, the lower first`(_ lower: String, _ higher: String) {
    let ordering = order(.semver(suffix: "-eks-[0-9]+"))
    #expect(ordering.compare(Version(lower), Version(higher), of: "c") == .less)
    #expect(ordering.compare(Version(higher), Version(lower), of: "c") == .greater)
  }

  @Test(arguments: ["v3", "main", "", "1..2", "1.2.3.4.5", "1.2.x", "1.2-", "1.2.3-a..b", "1.2.3+", "vv1.2", "1.2 ", "1.-2"])
  func `what is no semantic version is unordered`(_ text: String) {
    #expect(order(.semver(suffix: nil)).compare(Version(text), "1.2.3", of: "c") == nil)
  }

  @Test func `build metadata is ignored for order but not for identity`() {
    #expect(order(.semver(suffix: nil)).compare("1.2.3+1", "1.2.3+2", of: "c") == .equal)
    #expect(Version("1.2.3+1") != Version("1.2.3+2"))
  }

  @Test(arguments: [
    ("build-9", "build-10"), ("2024-01-09", "2024-01-10"), ("r1", "r1a"), ("a2", "b1"), ("1.0", "1.0.1"),
    ("99999999999999999999998", "99999999999999999999999"),
  ]) func `natural, the lower first`(_ lower: String, _ higher: String) {
    #expect(order(.natural).compare(Version(lower), Version(higher), of: "c") == .less)
    #expect(order(.natural).compare(Version(higher), Version(lower), of: "c") == .greater)
  }

  @Test func `trap 30: versions first met in one answer are unordered, unless the source dates them`() {
    let ordering = order(
      .seen,
      seen: [
        SeenVersion(version: "aaa", first: at(1), index: 0), SeenVersion(version: "bbb", first: at(1), index: 0),
        SeenVersion(version: "ccc", date: at(5), first: at(9), index: 1),
        SeenVersion(version: "ddd", date: at(6), first: at(9), index: 1),
      ])
    #expect(ordering.compare("aaa", "bbb", of: "c") == nil)
    #expect(ordering.compare("bbb", "ccc", of: "c") == .less)
    #expect(ordering.compare("ccc", "ddd", of: "c") == .less)
    #expect(ordering.compare("aaa", "zzz", of: "c") == nil)
  }

  @Test(arguments: [
    ("1.31.2", "v1.31.2", true), ("v1.31.2+k3s1", "1.31.2", true), ("1.31.2", "1.31.20", false),
    ("1.31.2-eks-1", "1.31.2", false), ("vv1.31.2", "1.31.2", false), ("1.31", "1.31.0", false),
  ]) func `observed equals desired ignoring one v and a build suffix`(_ observed: String, _ desired: String, _ same: Bool) {
    let result = Ordering.runs(observed: Version(observed), desired: Version(desired), order: .semver(suffix: nil))
    #expect(result == same)
    #expect(!Ordering.runs(observed: "v\(desired)" as Version, desired: Version(desired), order: .seen))
  }
}

extension Version: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  public init(stringLiteral text: String) { self.init(text) }
}

@Suite struct `Version ranges` {
  @Test(arguments: [
    (">=1.30 <1.33", "1.30.0 1.32.9 v1.31.4", "1.29.9 1.33.0 1.33.0-rc.1 1.31.0-rc.1"),
    (">=1.30, <1.33", "1.30.0", "1.33.0"), (">= 1.30", "1.30.0 2.0.0", "1.29.0"),
    ("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"), ("^0.2.3", "0.2.9", "0.3.0"), ("^0.0.3", "0.0.3", "0.0.4"),
    ("^0", "0.9.0", "1.0.0"),
    ("^0.0", "0.0.9", "0.1.0"), ("~1.2.3", "1.2.9", "1.3.0 1.2.2"), ("~1", "1.9.0", "2.0.0"), ("~>1.2", "1.2.9", "1.3.0"),
    ("1.2.x", "1.2.0 1.2.9", "1.3.0 1.1.9"), ("1.*", "1.0.0 1.9.9", "2.0.0"), ("*", "0.1.0 9.9.9", "1.0.0-rc.1"),
    ("1.2", "1.2.7", "1.3.0"), ("1.2.3", "1.2.3 v1.2.3+5", "1.2.4"), ("=v1.2.3", "1.2.3", "1.2.4"), ("!=1.2.3", "1.2.4", "1.2.3"),
    ("!=1.2.x >1.1", "1.3.0", "1.2.9 1.1.9"), (">1.30", "1.31.0", "1.30.5"), ("<=1.30", "1.30.9", "1.31.0"),
    (">1.30.1", "1.30.2", "1.30.1"),
    ("1.2 - 1.4", "1.2.0 1.4.9", "1.5.0 1.1.9"), ("1.2.3 - 1.4.0", "1.4.0", "1.4.1"),
    ("<1 || ^2.1 || 3.0.1", "0.9.0 2.1.0 3.0.1", "1.0.0 3.0.2"),
    (">=1.31.0-rc.1 <1.32", "1.31.0-rc.2 1.31.0 1.31.5", "1.31.1-rc.1 1.31.0-alpha.1"),
  ]) func `contain and do not contain`(_ text: String, _ inside: String, _ outside: String) throws {
    let range = try VersionRange(text)
    for version in inside.split(separator: " ") { #expect(range.contains(Version(String(version))), "\(version)") }
    for version in outside.split(separator: " ") { #expect(!range.contains(Version(String(version))), "\(version)") }
  }

  @Test(arguments: [
    ("", 0), (">=", 2), ("1.2 ||", 6), (">=1.30 <abc", 8), ("1.2.3.4.5", 9), (">1.2 ?", 5), ("1.2.3-", 6), ("ü", 0),
    ("1.2.3-a..b", 6), (">*", 0), ("|| 1.2", 0), ("1.2 | 1.3", 4), ("99999999999999999999", 0), (">=1.2<", 5),
  ]) func `errors name the place`(_ text: String, _ offset: Int) {
    let error = #expect(throws: VersionRangeError.self) { try VersionRange(text) }
    #expect(error?.offset == offset)
  }

  @Test func `an error says what to type`() {
    let error = #expect(throws: VersionRangeError.self) { try VersionRange(">=1.30 <abc") }
    #expect(
      error?.description
        == "range \">=1.30 <abc\": expected a version at character 9, hint: write it like \">=1.30 <1.33\"")
  }

  @Test func `requirements are checked with their placeholders`() throws {
    try Requirement(component: "kops", range: ">= {minor}").check()
    #expect(throws: VersionRangeError.self) { try Requirement(component: "kops", range: ">= {patch}").check() }
    #expect(throws: VersionRangeError.self) { try Requirement(component: "kops", range: ">= {minor").check() }
  }
}
