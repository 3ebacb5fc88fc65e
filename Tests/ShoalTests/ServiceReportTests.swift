import Foundation
import ShoalKafka
import ShoalOperations
import Synchronization
import TestSupport
import Testing

@testable import ShoalOperator
@testable import ShoalPipeline

@Suite("Reports to the service manager")
struct ServiceReportTests {
    private func seen(_ state: InstanceState, stuck: Bool = false) -> ServiceReport.Observation {
        var observation = ServiceReport.Observation()
        observation.snapshot.state = state
        observation.liveness = [
            Health.Check("group"), Health.Check("partition 3", stuck ? "no progress for 61 s; it was handling" : nil),
        ]
        return observation
    }

    @Test("ready is reported once, and more time is requested before it")
    func ready() {
        var report = ServiceReport(patience: .seconds(30))
        #expect(
            report.words(seen(.waiting("topics are missing")))
                == [.status("waiting: topics are missing"), .extendTimeout(.seconds(30))])
        #expect(report.words(seen(.waiting("topics are missing"))) == [.extendTimeout(.seconds(30))])
        #expect(report.words(seen(.joining)) == [.status("joining the group"), .extendTimeout(.seconds(30))])
        #expect(report.words(seen(.restoring)).contains(.extendTimeout(.seconds(30))))
        let idle = "assigned nothing: there are more instances than partitions"
        #expect(report.words(seen(.idle)) == [.ready, .status(idle), .watchdog])
        #expect(report.words(seen(.idle)) == [.watchdog])
        #expect(report.words(seen(.released)) == [.status("waiting for an assignment"), .watchdog])
        #expect(report.words(seen(.idle)) == [.status(idle), .watchdog])
    }

    @Test("a stuck component is named, and gets no keep-alive and no more time")
    func stuck() {
        var report = ServiceReport(patience: .seconds(30))
        let text = "partition 3: no progress for 61 s; it was handling"
        #expect(report.words(seen(.restoring, stuck: true)) == [.status(text)])
        #expect(report.words(seen(.working)).contains(.ready))
        #expect(report.words(seen(.working, stuck: true)) == [.status(text)])
        #expect(report.words(seen(.working, stuck: true)) == [])
        #expect(report.words(seen(.working)).last == .watchdog)
    }

    @Test("stopping is reported once, and ready never after it")
    func stopping() {
        var report = ServiceReport(patience: .seconds(30))
        #expect(report.stop().first == .stopping)
        #expect(report.stop() == [])
        #expect(report.words(seen(.idle)) == [.watchdog])
        #expect(report.reload(at: 1).before == [])
    }

    @Test("a reload is reported only after ready")
    func reload() {
        var report = ServiceReport(patience: .seconds(30))
        #expect(report.reload(at: 1).before.isEmpty && report.reload(at: 1).after.isEmpty)
        _ = report.words(seen(.working))
        #expect(report.reload(at: 17).before == [.reloading(at: 17)] && report.reload(at: 17).after == [.ready])
    }
}

@Suite("Reloading settings")
struct ReloadTests {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])
        var text: String { lines.withLock { $0.joined(separator: "\n") } }
        var logger: Logger {
            Logger(
                label: "test", level: .info, format: .text, sink: { line in self.lines.withLock { $0.append(line) } })
        }
    }

    private func configuration(_ sets: [String]) throws -> Configuration {
        try Configuration(file: nil, environment: [:], sets: sets) { _, _ in nil }
    }

    @Test("settings that can change at run time are applied, and others are reported until reverted")
    func changes() throws {
        let lines = Lines()
        let logger = lines.logger
        let login = ["kafka.sasl.username=shoal", "kafka.sasl.password=old"]
        let next = Mutex(["log.level=debug", "commit.interval=50ms", "profile.half-life=2h"] + login)
        let clients = Clients()
        let reload = Reload(try configuration(login), logger, clients) { try self.configuration(next.withLock { $0 }) }
        reload.run()
        #expect(logger.level == .debug, "copies of a logger have one level")
        #expect(lines.text.contains("changed=log.level=debug"))
        #expect(lines.text.contains("setting=commit.interval advice=restart the instance"))
        #expect(lines.text.contains("setting=profile.half-life advice=it reaches the result: raise settings.revision"))
        lines.lines.withLock { $0 = [] }
        next.withLock { $0 = ["log.level=debug", "commit.interval=50ms"] + [login[0], "kafka.sasl.password=n3w"] }
        reload.run()
        #expect(lines.text.contains("changed=user and password of the brokers"))
        #expect(lines.text.contains("setting=commit.interval "), "it still waits for a restart")
        #expect(!lines.text.contains("half-life") && !lines.text.contains("n3w"))
        lines.lines.withLock { $0 = [] }
        next.withLock { $0 = ["log.level=loud"] }
        reload.run()
        #expect(lines.text.contains("settings cannot be read: they stay as they are") && logger.level == .debug)
    }

    @Test("a renewed certificate is reported, because it is read only at the start")
    func certificates() throws {
        let folder = try TemporaryFolder()
        let file = try folder.file("shoal.pem", "one")
        let sets = ["kafka.ssl.certificate.location=\(file)"]
        let lines = Lines()
        let logger = lines.logger
        let reload = Reload(try configuration(sets), logger, Clients()) { try self.configuration(sets) }
        reload.run()
        #expect(!lines.text.contains("restart"))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: 100)], ofItemAtPath: file)
        reload.run()
        #expect(lines.text.contains("has changed: restart the instance  (setting=kafka.ssl.certificate.location)"))
    }
}

@Suite("shoal health")
struct HealthCommandTests {
    @Test("it ends with 0 for a healthy instance, and with 1 without an answer")
    func health() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: 2)
        let process = try application.run()
        let port = try await application.port(process)
        try await process.waitForLog("assigned")
        let live = try shoal(["health", "--address", "127.0.0.1:\(port)"])
        #expect(live.status == 0 && live.output.contains("[+]group ok") && live.output.contains("livez check passed"))
        for probe in ["ready", "started"] {
            var last = try shoal(["health", "--probe", probe, "--set", "http.listen=:\(port)"])
            for _ in 0..<100 where last.status != 0 {
                try await Task.sleep(for: .milliseconds(100))
                last = try shoal(["health", "--probe", probe, "--set", "http.listen=:\(port)"])
            }
            #expect(last.status == 0 && last.output.contains("check passed"), "\(last.output)")
        }
        try await process.stop()
        let dead = try shoal(["health", "--address", ":\(port)"])
        #expect(dead.status == 1 && dead.output.contains("refused"), "\(dead.output)")
    }

    @Test("it says which setting is missing if the address is unknown")
    func usage() throws {
        #expect(try shoal(["health"]).status == 78)
        #expect(try shoal(["health"]).output.contains("http.listen is not set"))
        #expect(try shoal(["health", "--set", "http.listen=:0"]).output.contains("any free port"))
        for words in [["--probe", "well"], ["--address", "8080"], ["--timeout", "5"]] {
            #expect(try shoal(["health"] + words).status == 64, "\(words)")
        }
    }
}
