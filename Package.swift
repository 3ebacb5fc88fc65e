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
            name: "CShoalRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"]), .brew(["librdkafka"])]),
        .systemLibrary(
            name: "CShoalOpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(name: "CShoalZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(name: "CShoalZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
        .systemLibrary(
            name: "CShoalMicroHTTPD", pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"]), .brew(["libmicrohttpd"])]),
        .systemLibrary(
            name: "CShoalGnuTLS", pkgConfig: "gnutls", providers: [.apt(["libgnutls28-dev"]), .brew(["gnutls"])]),

        // No pkgConfig: its file requires that of libjansson-dev, which is not needed.
        .systemLibrary(name: "CShoalCjose", providers: [.apt(["libcjose-dev"]), .brew(["cjose"])]),
        .systemLibrary(
            name: "CShoalCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),

        // A few lines of C: fetching ahead, two square roots at once, returning freed memory, and short turns of threads.
        .systemLibrary(name: "CShoalIntrinsics"),

        library("ShoalKafka", ["CShoalRdKafka"] + (seesThreads ? ["CThreads"] : [])),
        library("ShoalSchemas"),
        library("ShoalClustering", ["CShoalIntrinsics"]),
        library("ShoalSettings", ["ShoalSchemas", "ShoalClustering"]),
        library(
            "ShoalPipeline",
            [
                "ShoalKafka", "ShoalSchemas", "ShoalClustering", "ShoalSettings", "CShoalIntrinsics", "CShoalOpenSSL",
                "CShoalZlib", "CShoalZstd",
            ]),
        library("ShoalGenerator", ["ShoalSchemas"]),
        library("ShoalScoring", ["ShoalClustering"]),
        library(
            "ShoalReplay",
            [
                "ShoalKafka", "ShoalSchemas", "ShoalClustering", "ShoalSettings", "ShoalPipeline", "ShoalScoring",
                "CShoalZlib", "CShoalZstd",
            ]),
        library(
            "ShoalOperations",
            [
                "ShoalSchemas", "ShoalClustering", "ShoalSettings", "CShoalIntrinsics", "CShoalZlib",
                "CShoalMicroHTTPD", "CShoalGnuTLS", "CShoalCjose", "CShoalCurl",
            ]),
        library("ShoalClient", ["ShoalKafka", "ShoalSchemas", "ShoalClustering"]),
        library(
            "ShoalOperator",
            [
                "ShoalKafka", "ShoalSchemas", "ShoalClustering", "ShoalSettings", "ShoalPipeline", "ShoalGenerator",
                "ShoalReplay", "ShoalOperations", "ShoalClient", "CShoalZlib",
            ]),
        library(
            "ShoalTesting",
            ["ShoalSchemas", "ShoalClustering", "ShoalSettings", "ShoalPipeline", "ShoalReplay", "ShoalOperations"]),
        .executableTarget(
            name: "shoal",
            dependencies: [
                "ShoalKafka", "ShoalSchemas", "ShoalClustering", "ShoalSettings", "ShoalPipeline", "ShoalGenerator",
                "ShoalOperations", "ShoalReplay", "ShoalClient", "ShoalOperator",
            ],
            swiftSettings: settings),

        .executableTarget(
            name: "bench-quality",
            dependencies: [
                "ShoalScoring", "ShoalClustering", "ShoalPipeline", "ShoalReplay", "ShoalGenerator", "ShoalSchemas",
                "CShoalZlib",
            ],
            path: "Benchmarks/Quality",
            exclude: ["README.md", "ablations.md", "check.py", "make_logs.py", "results.csv", "results.md"],
            swiftSettings: settings),

        .executableTarget(
            name: "bench-unlearning",
            dependencies: ["ShoalReplay", "ShoalPipeline", "ShoalClustering", "ShoalGenerator"],
            path: "Benchmarks/Unlearning",
            exclude: ["results.json", "results.md", "results.svg"],
            swiftSettings: settings),

        .executableTarget(
            name: "bench-tune", dependencies: ["ShoalOperator", "ShoalReplay", "ShoalPipeline", "ShoalClustering"],
            path: "Benchmarks/Tune",
            exclude: ["results.json", "results.md"],
            swiftSettings: settings),

        .target(
            name: "StateMaker", dependencies: ["ShoalPipeline", "ShoalClustering", "ShoalSettings"],
            path: "Benchmarks/StateMaker",
            swiftSettings: settings),
        .executableTarget(
            name: "bench-state", dependencies: ["StateMaker", "ShoalPipeline", "ShoalClustering"],
            path: "Benchmarks/State",
            swiftSettings: settings),
        .executableTarget(
            name: "bench-epochs", dependencies: ["ShoalPipeline", "ShoalClustering"], path: "Benchmarks/Epochs",
            exclude: ["results.csv"],
            swiftSettings: settings),

        .systemLibrary(name: "CSpawn", path: "Tests/CSpawn"),
        .target(
            name: "TestSupport",
            dependencies: ["CSpawn", "ShoalKafka", "ShoalOperations", "ShoalSettings", "CShoalRdKafka", "CShoalCjose"],
            path: "Tests/TestSupport",
            exclude: ["proxy.py"],
            swiftSettings: settings),
        tests("KafkaTests", ["ShoalKafka"]),
        tests("SchemasTests", ["ShoalSchemas"], exclude: ["Released", "random_messages.py"]),
        tests("ClusteringTests", ["ShoalClustering"]),
        tests(
            "ReplayTests",
            ["ShoalReplay", "ShoalClustering", "ShoalGenerator", "ShoalPipeline", "ShoalSchemas", "ShoalScoring"],
            exclude: ["report_schema.py"]),
        tests("PipelineTests", ["ShoalPipeline", "ShoalKafka", "ShoalSchemas", "ShoalClustering", "ShoalSettings"]),
        tests(
            "SimulationTests",
            ["ShoalKafka", "ShoalPipeline", "ShoalReplay", "ShoalSchemas", "ShoalClustering", "ShoalSettings"],
            exclude: ["internal_records.py"]),
        tests(
            "PrivacyTests",
            ["ShoalReplay", "ShoalPipeline", "ShoalClustering", "ShoalOperations", "ShoalSchemas", "ShoalSettings"]),
        tests("GeneratorTests", ["ShoalGenerator", "ShoalSchemas"]),
        tests("OperationsTests", ["ShoalOperations", "ShoalClustering", "ShoalSettings", "CShoalIntrinsics"]),
        tests("ScoringTests", ["ShoalScoring", "ShoalClustering"]),
        tests(
            "ShoalTests",
            [
                "ShoalKafka", "ShoalSchemas", "ShoalSettings", "ShoalGenerator", "ShoalClient", "ShoalOperations",
                "ShoalOperator", "shoal",
            ],
            exclude: ["asyncapi_check.py"]),
        // Compiled as a package of others' is.
        .testTarget(
            name: "ShoalTestingTests", dependencies: ["ShoalTesting", "TestSupport"],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
        tests(
            "ClusterTests",
            ["ShoalKafka", "ShoalSchemas", "ShoalClustering", "ShoalSettings", "ShoalPipeline", "ShoalReplay", "shoal"]),
    ] + (seesThreads ? [.target(name: "CThreads", path: "Tests/CThreads")] : [])
)
