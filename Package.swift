// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled alike: Swift 6 mode, strict memory safety, and no warning is let through.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude, swiftSettings: settings)
}

/// `make test-sanitize` sets it: the thread sanitizer cannot see the threads of Debian's librdkafka otherwise.
let seesThreads = Context.environment["SHOAL_TEST_SANITIZER"] == "thread"

let package = Package(
    name: "shoal",
    products: [
        .executable(name: "shoal", targets: ["shoal"]),
        .library(name: "ShoalClient", targets: ["ShoalClient"]),
        .library(name: "ShoalTesting", targets: ["ShoalTesting"]),
    ],
    targets: [
        .systemLibrary(
            name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"]), .brew(["librdkafka"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CMicroHTTPD", pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"]), .brew(["libmicrohttpd"])]),

        // Two lines of C: fetching ahead, and two square roots at once.
        .systemLibrary(name: "CIntrinsics"),

        library("Kafka", ["CRdKafka"] + (seesThreads ? ["CThreads"] : [])),
        library("Schemas"),
        library("Clustering", ["CIntrinsics"]),
        library("Pipeline", ["Kafka", "Schemas", "Clustering", "COpenSSL", "CZlib"]),
        library("Generator", ["Schemas"]),
        library("Scoring", ["Clustering"]),
        library("Replay", ["Kafka", "Schemas", "Clustering", "Pipeline", "Scoring", "CZlib"]),
        library("Operations", ["Schemas", "Clustering", "CZlib", "CMicroHTTPD"]),
        library("ShoalClient", ["Kafka", "Schemas"]),
        library("ShoalTesting", ["Schemas", "Clustering", "Pipeline", "Replay", "Operations"]),
        .executableTarget(
            name: "shoal",
            dependencies: [
                "Kafka", "Schemas", "Clustering", "Pipeline", "Generator", "Operations", "Replay", "ShoalClient",
                "CZlib",
            ],
            swiftSettings: settings),

        .executableTarget(
            name: "bench-quality",
            dependencies: ["Scoring", "Clustering", "Replay", "Generator", "Schemas", "CZlib"],
            path: "Benchmarks/Quality", exclude: ["README.md", "check.py", "results.csv", "results.md"],
            swiftSettings: settings),

        .target(
            name: "StateMaker", dependencies: ["Pipeline", "Clustering"], path: "Benchmarks/StateMaker",
            swiftSettings: settings),
        .executableTarget(
            name: "bench-state", dependencies: ["StateMaker", "Pipeline", "Clustering"], path: "Benchmarks/State",
            swiftSettings: settings),

        .target(
            name: "TestSupport", dependencies: ["Kafka", "CRdKafka"], path: "Tests/TestSupport", exclude: ["proxy.py"],
            swiftSettings: settings),
        tests("KafkaTests", ["Kafka"]),
        tests("SchemasTests", ["Schemas"], exclude: ["Released", "random_messages.py"]),
        tests("ClusteringTests", ["Clustering"]),
        tests(
            "ReplayTests", ["Replay", "Clustering", "Generator", "Pipeline", "Schemas", "Scoring"],
            exclude: ["report_schema.py"]),
        tests("PipelineTests", ["Pipeline", "Kafka", "Schemas", "Clustering"]),
        tests(
            "SimulationTests", ["Kafka", "Pipeline", "Replay", "Schemas", "Clustering"],
            exclude: ["internal_records.py"]),
        tests("GeneratorTests", ["Generator", "Schemas"]),
        tests("OperationsTests", ["Operations", "Clustering"]),
        tests("ScoringTests", ["Scoring", "Clustering"]),
        tests(
            "ShoalTests", ["Kafka", "Schemas", "ShoalClient", "Operations", "shoal"],
            exclude: ["asyncapi_check.py"]),
        // Compiled as a package of others' is.
        .testTarget(
            name: "ShoalTestingTests", dependencies: ["ShoalTesting", "TestSupport"],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
        tests("ClusterTests", ["Kafka", "Schemas", "Clustering", "Pipeline", "Replay", "shoal"]),
    ] + (seesThreads ? [.target(name: "CThreads", path: "Tests/CThreads")] : [])
)
