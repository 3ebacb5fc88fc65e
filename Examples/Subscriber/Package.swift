// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "subscriber",
    dependencies: [.package(name: "shoal", path: "../..")],
    targets: [
        .executableTarget(
            name: "subscriber", dependencies: [.product(name: "ShoalClient", package: "shoal")],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
