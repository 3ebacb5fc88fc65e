import ShoalKafka
import Synchronization
import Testing

@testable import ShoalPipeline

@Suite("Heartbeats")
struct HeartbeatTests {
    /// A clock controlled by the test.
    private final class Clock: Sendable {
        let now = Mutex<Int64>(0)
        func advance(_ milliseconds: Int64) { now.withLock { $0 += milliseconds } }
    }

    private static func make() -> (Heartbeats, Clock) {
        let clock = Clock()
        return (Heartbeats(timeout: .seconds(10)) { clock.now.withLock { $0 } }, clock)
    }

    private func stuck(_ heartbeats: Heartbeats) -> [String] {
        heartbeats.look().filter(\.isStuck).map { "\($0.part): \($0.doing)" }
    }

    @Test("pauses end at common moments, and none is much shorter or longer than its interval")
    func pauses() {
        let ends = (Int64(10_000)..<20_000).map { now in
            let pause = Monotonic.pause(.seconds(5), now).milliseconds
            #expect(pause >= 1_000 && pause <= 6_000)
            return now + pause
        }
        #expect(Set(ends) == [15_000, 20_000, 25_000])
    }

    @Test("a component without heartbeats is stuck until it continues")
    func stuck() {
        let (heartbeats, clock) = Self.make()
        heartbeats.beat(.group, "polling the group")
        heartbeats.beat(.partition(3), "handling records")
        for _ in 0..<10 {
            clock.advance(1_000)
            heartbeats.beat(.group, "polling the group")
            #expect(stuck(heartbeats) == [])
        }
        clock.advance(1)
        #expect(stuck(heartbeats) == ["partition 3: handling records"])
        heartbeats.beat(.partition(3), "handling records")
        #expect(stuck(heartbeats) == [])
    }

    @Test("waiting for others is unlimited, and a long call has a grace period")
    func rests() {
        let (heartbeats, clock) = Self.make()
        heartbeats.rest(.coordinator, "waiting")
        heartbeats.beat(.committer, "committing", grace: 5_000)
        for _ in 0..<15 {
            #expect(stuck(heartbeats) == [])
            clock.advance(1_000)
        }
        clock.advance(1)
        #expect(stuck(heartbeats) == ["committer: committing"])
    }

    @Test("a suspended process is not stuck, but must continue afterwards")
    func slept() {
        let (heartbeats, clock) = Self.make()
        heartbeats.beat(.group, "polling the group")
        #expect(stuck(heartbeats) == [])
        clock.advance(3_600_000)
        #expect(stuck(heartbeats) == [])
        for _ in 0..<10 {
            clock.advance(1_000)
            #expect(stuck(heartbeats) == [])
        }
        clock.advance(1)
        #expect(stuck(heartbeats) == ["group: polling the group"])
    }

    @Test("components of the work are removed with it")
    func ends() {
        let (heartbeats, _) = Self.make()
        for part in [Heartbeats.Component.partition(1), .coordinator, .models, .committer, .group, .partition(0)] {
            heartbeats.beat(part, "x")
        }
        let all: [Heartbeats.Component] = [.group, .committer, .models, .coordinator, .partition(0), .partition(1)]
        #expect(heartbeats.look().map(\.part) == all)
        heartbeats.endWork()
        #expect(heartbeats.look().map(\.part) == [.group, .committer])
        heartbeats.end()
        #expect(heartbeats.look().isEmpty)
    }

    @Test("the watchdog reports a stuck component and its activity once, and its recovery")
    func watchdog() {
        let (heartbeats, clock) = Self.make()
        let lines = Mutex<[String]>([])
        let log = PipelineLog { entry in
            let fields = entry.fields.map { " \($0.0)=\($0.1)" }.joined()
            lines.withLock { $0.append("\(entry.level): \(entry.message)\(fields)") }
        }
        let watchdog = Watchdog(heartbeats, log: log)
        heartbeats.beat(.partition(3), "handling records")
        for _ in 0..<30 {
            watchdog.look()
            clock.advance(1_000)
        }
        #expect(
            lines.withLock { $0 } == [
                "error: no progress part=partition 3 seconds=11 doing=handling records"
            ])
        heartbeats.beat(.partition(3), "handling records")
        watchdog.look()
        watchdog.look()
        #expect(lines.withLock { $0.dropFirst() } == ["warning: progress resumed part=partition 3"])
    }
}
