// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors in our own targets only; dependencies build as they are.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

/// One room of the house: a library target, and beside it under Tests the target that tests it.
///
/// - Parameters:
///   - tests: what only its tests use.
///   - golden: whether its tests keep texts in a folder `Golden`.
func room(
  _ name: String, _ dependencies: [Target.Dependency] = [], tests: [Target.Dependency] = [], golden: Bool = false
) -> [Target] {
  [
    .target(name: name, dependencies: dependencies, swiftSettings: strict),
    .testTarget(
      name: name + "Tests", dependencies: [.target(name: name), "TestSupport"] + dependencies + tests,
      exclude: golden ? ["Golden"] : [], swiftSettings: strict),
  ]
}

let package = Package(
  name: "sluice",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "sluice", targets: ["sluice"])],
  dependencies: [
    // The command line: parsing, help, completion, "did you mean".
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // SHA-256 of names and contents.
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    // The signed token with which a GitHub App says who it is (RS256).
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
    // The text of pull requests, which operators may word themselves.
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    // Child processes that never block the cooperative pool.
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
  ],
  // Floors as in CONTRIBUTING.md; a target may import only from floors below its own.
  targets: [
    // Floor 1
    [
      .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
      .systemLibrary(name: "CGit", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"]), .brew(["libgit2"])]),
      .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
      .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    ],
    room("Promotion"),
    room("YAML", ["CYAML"]),
    room("Host", ["CZlib", crypto, subprocess]),
    room("HTTP", ["CCurl", crypto]),
    // Floor 2
    room("Git", ["CGit", "HTTP", "Host"]),
    room("Fleet", ["YAML", "Promotion", "Host"], golden: true),
    room("Kubernetes", ["HTTP", "YAML", "Host"]),
    // Floor 3
    room("Ledger", ["Git", "Host", "Promotion"]),
    room("Forge", ["Git", "HTTP", "Host", jwtKit], tests: ["FakeGitHub"]),
    room("Observing", ["Kubernetes", "Fleet", "HTTP", "YAML", "Host", "Promotion"], tests: ["FakeKubernetes"]),
    room("Upstream", ["Git", "HTTP", "Host", "Promotion"]),
    room("Report", ["Promotion", mustache], golden: true),
    // Floor 4
    room("Jobs", ["Ledger", "Forge", "Observing", "Upstream", "Report", "Git", "Fleet", "Promotion", "YAML", "Host"]),
    // Floor 5
    [
      .executableTarget(
        name: "sluice",
        dependencies: [
          "Jobs", "Report", "Ledger", "Forge", "Git", "Fleet", "Promotion", "YAML", "HTTP", "Host", argumentParser,
        ],
        swiftSettings: strict),
      // Plays random worlds against the pure core, and asserts the laws.
      .executableTarget(name: "simulate", dependencies: ["Promotion"], swiftSettings: strict),
      .testTarget(
        name: "SluiceTests", dependencies: ["sluice", "FakeKubernetes", "FakeGitHub", "TestSupport"], exclude: ["Golden"],
        swiftSettings: strict),
      .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
      // What scripts/bench-http times beside git.
      .executableTarget(
        name: "git-bench", dependencies: ["Git", "HTTP", "TestSupport"], path: "Tests/git-bench", swiftSettings: strict),
      // The fake Kubernetes API, for tests, for the bench, and for kubectl by hand.
      .systemLibrary(
        name: "COpenSSL", path: "Tests/COpenSSL", pkgConfig: "openssl",
        providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
      .target(
        name: "LoopbackTLS", dependencies: ["COpenSSL"], path: "Tests/LoopbackTLS", swiftSettings: strict),
      .target(
        name: "FakeKubernetes", dependencies: ["COpenSSL", "LoopbackTLS"], path: "Tests/FakeKubernetes", swiftSettings: strict),
      .executableTarget(
        name: "fake-kubernetes", dependencies: ["FakeKubernetes"], path: "Tests/fake-kubernetes", swiftSettings: strict),
      .testTarget(
        name: "FakeKubernetesTests", dependencies: ["FakeKubernetes", "fake-kubernetes", "TestSupport"], swiftSettings: strict),
      // The fake GitHub: pull requests over HTTP, and real repositories behind `git http-backend`.
      .target(
        name: "FakeGitHub", dependencies: ["COpenSSL", "LoopbackTLS", "TestSupport"], path: "Tests/FakeGitHub",
        swiftSettings: strict),
      .executableTarget(
        name: "fake-github", dependencies: ["FakeGitHub"], path: "Tests/fake-github", swiftSettings: strict),
      .testTarget(
        name: "FakeGitHubTests", dependencies: ["FakeGitHub", "fake-github", "HTTP", "TestSupport"], exclude: ["Clients"],
        swiftSettings: strict),
    ],
  ].flatMap(\.self)
)
