// swift-tools-version: 6.2
import PackageDescription

let client: [Target.Dependency] = [.product(name: "ShoalClient", package: "shoal")]

let package = Package(
    name: "subscriber",
    dependencies: [.package(name: "shoal", path: "../..")],
    targets: [
        .executableTarget(name: "subscriber", dependencies: client, swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(name: "members", dependencies: client, swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
