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

/// One room of the house: a library target, and beside it under Tests the target that tests it.
///
/// - Parameter golden: whether its tests keep texts in a folder `Golden`.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], golden: Bool = false) -> [Target] {
  [
    .target(name: name, dependencies: dependencies, swiftSettings: strict),
    .testTarget(
      name: name + "Tests", dependencies: [.target(name: name), "TestSupport"] + dependencies,
      exclude: golden ? ["Golden"] : [], swiftSettings: strict),
  ]
}

let package = Package(
  name: "sluice",
  platforms: [.macOS(.v15)],
  // Floors as in CONTRIBUTING.md; a target may import only from floors below its own.
  targets: [
    // Floor 1
    [
      .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    ],
    room("Promotion"),
    room("YAML", ["CYAML"]),
    [
      .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    ],
  ].flatMap(\.self)
)
