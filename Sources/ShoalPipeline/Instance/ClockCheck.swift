internal import Foundation
internal import ShoalKafka
internal import ShoalSchemas
internal import ShoalSettings

/// Checks whether this machine's clock is plausible. Epochs end by it. A slow clock of the coordinator delays the
/// group, and a fast one lets forged viewers advance into the future.
struct ClockCheck {
    /// The earliest plausible time: 1 January 2026, in milliseconds since 1970.
    static let earliest: Int64 = 1_767_225_600_000
    /// The maximum difference between clocks in milliseconds.
    static let tolerance: Int64 = 300_000

    /// Milliseconds since 1970.
    let now: Int64
    /// `epoch.future=allow`: nothing depends on the clock.
    let allowsFuture: Bool

    static var wall: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    /// - Throws: `PipelineError` if the clock is certainly wrong.
    func check() throws(PipelineError) {
        guard now < Self.earliest, !allowsFuture else { return }
        throw PipelineError(
            .configuration,
            "the clock of this machine is wrong: it shows \(Formatting.time(now)). With epoch.future=wait an epoch ends "
                + "when it has ended by this clock, so no model would be made. Set the clock, for example by NTP")
    }

    /// Returns a warning if another instance's records are in the future by this clock.
    ///
    /// This does not stop the instance, because a single instance with a wrong clock would stop all others.
    func warning(hasLaterRecords: Bool, in topic: String) -> String? {
        guard hasLaterRecords, !allowsFuture else { return nil }
        return "the clock of this machine shows \(Formatting.time(now)), but \(topic) has records that are more than "
            + "\(Self.tolerance / 60_000) min newer: this clock is behind, or that of another instance is ahead. With "
            + "epoch.future=wait an epoch ends by the clock of the coordinator"
    }
}

extension ClockCheck {
    /// Checks the clock once, before it is used.
    static func look(_ options: PipelineOptions, _ admin: Admin, _ log: PipelineLog) async throws(PipelineError) {
        let check = ClockCheck(now: wall, allowsFuture: options.allowsFuture)
        try check.check()
        let deltas = TopicPartition(options.topics.deltas, 0)
        do throws(KafkaError) {
            let end = try await admin.watermarks(of: deltas).high
            let later = try await admin.offset(of: deltas, atTime: check.now + tolerance)
            if let text = check.warning(hasLaterRecords: later < end, in: deltas.topic) {
                log.warning("the clock does not agree with the log", ("problem", text))
            }
        } catch {
            // The take-over meets the same error and handles it.
            log.debug("clock not compared with that of other instances", ("error", error.message))
        }
    }
}
