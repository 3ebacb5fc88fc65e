import ShoalClustering
import ShoalPipeline
import Synchronization
import Testing

@testable import ShoalReplay

@Suite("Stops and stalls of offline runs")
struct StallTests {
    @Test("a run without progress ends, and the error names who waits for what")
    func stalled() async {
        let progress = ReplayProgress()
        let error = await #expect(throws: ReplayError.self) {
            try await progress.watched(limit: .milliseconds(300)) {
                try await progress.waiting("partition 3 waits for the model of epoch 17") {
                    try await Task.sleep(for: .seconds(3_600))
                }
            }
        }
        #expect(error?.kind == .stalled)
        #expect(error?.description.contains("partition 3 waits for the model of epoch 17") == true)
        #expect(progress.isStopped)
    }

    @Test("a run that makes progress is not ended, nor one that waits for standard input")
    func slow() async throws {
        let progress = ReplayProgress()
        let end = ContinuousClock.now + .seconds(2)
        try await progress.watched(limit: .seconds(1)) {
            while ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(10))
                progress.step()
            }
        }
        try await progress.watched(limit: .milliseconds(200)) {
            try await progress.waiting("- is read", isForeign: true) { try await Task.sleep(for: .seconds(1)) }
        }
        #expect(!progress.isStopped)
    }

    @Test("a run that has no result before its end is not waited for when it is stopped")
    func whole() async {
        let progress = ReplayProgress()
        await #expect(throws: CancellationError.self) {
            try await progress.watched(isWhole: true) {
                progress.stop()
                // The body does not react to cancellation.
                await withCheckedContinuation { continuation in
                    Task.detached {
                        try? await Task.sleep(for: .seconds(20))
                        continuation.resume()
                    }
                }
            }
        }
    }

    /// A source without records that ends when the run is stopped.
    private struct SilentSource: EventSource {
        let progress: ReplayProgress

        mutating func next(_ event: inout EngineEvent) -> SourceRecord? { nil }
        func upcoming(_ distance: Int) -> UpcomingEvent? { nil }
        mutating func fill() async throws -> Bool {
            while !progress.isStopped { try await Task.sleep(for: .milliseconds(1)) }
            return false
        }
    }

    /// Events of just enough viewers to leave genesis.
    private struct ShortSource: EventSource {
        var left = 40

        mutating func next(_ event: inout EngineEvent) -> SourceRecord? {
            guard left > 0 else { return nil }
            left -= 1
            event.member = EngineEvents.member(left)
            event.time = 470_000 * 3_600_000
            return .event(Int64(40 - left))
        }
        func upcoming(_ distance: Int) -> UpcomingEvent? { nil }
        mutating func fill() async throws -> Bool { false }
    }

    private enum Either: EventSource {
        case silent(SilentSource)
        case short(ShortSource)

        mutating func next(_ event: inout EngineEvent) -> SourceRecord? {
            guard case .short(var source) = self else { return nil }
            defer { self = .short(source) }
            return source.next(&event)
        }
        func upcoming(_ distance: Int) -> UpcomingEvent? { nil }
        mutating func fill() async throws -> Bool {
            guard case .silent(var source) = self else { return false }
            return try await source.fill()
        }
    }

    @Test("a stop ends the wait for a model")
    func stop() async throws {
        let key = try #require(PrivacyKey(hex: String(repeating: "5a", count: 32)))
        let replay = Replay(ReplayOptions(settings: Settings(), key: key))
        let coordinator = replay.coordinator(partitions: 2)
        let progress = replay.progress
        async let result = replay.run(coordinator, partitions: 2) { partition in
            partition == 0 ? Either.short(ShortSource()) : .silent(SilentSource(progress: progress))
        }
        // Partition 0 waits for the start, to which partition 1 has to contribute.
        while !progress.waits.contains(where: { $0.hasPrefix("partition 0 waits for the model") }) {
            try await Task.sleep(for: .milliseconds(2))
        }
        progress.stop()
        #expect(try await result.report.isInterrupted)
    }
}
