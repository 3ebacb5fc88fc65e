internal import Foundation
internal import Kafka

/// Whether this machine's clock can be right. Epochs end by it: an instance whose clock is behind holds the whole group up where
/// it makes the models, and one whose clock is ahead lets forged viewers run into the future.
struct ClockCheck {
    /// Nothing of Shoal is older: 1 January 2026, milliseconds since 1970.
    static let earliest: Int64 = 1_767_225_600_000
    /// How far clocks may differ.
    static let tolerance: Int64 = 300_000

    /// Milliseconds since 1970.
    let now: Int64
    /// `epoch.future=allow`: nothing hangs on the clock.
    let allowsFuture: Bool

    static var wall: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    /// - Throws: `PipelineError` where the clock is wrong for certain.
    func check() throws(PipelineError) {
        guard now < Self.earliest, !allowsFuture else { return }
        throw PipelineError(
            .configuration,
            "the clock of this machine is wrong: it says \(Self.text(now)). With epoch.future=wait an epoch ends when it has "
                + "ended by this clock, so there would be no models: set the clock, by NTP for example")
    }

    /// What is to be said where another instance's records are of the future, by this clock.
    ///
    /// It is no reason to stop: a single instance with a wrong clock would stop all others.
    func warning(hasLaterRecords: Bool, in topic: String) -> String? {
        guard hasLaterRecords, !allowsFuture else { return nil }
        return "the clock of this machine says \(Self.text(now)), but \(topic) holds records that are more than "
            + "\(Self.tolerance / 60_000) min younger: it is behind, or that of another instance is ahead. With "
            + "epoch.future=wait an epoch ends when it has ended by the clock of the instance that makes the models"
    }

    private static func text(_ time: Int64) -> String {
        Date(timeIntervalSince1970: Double(time) / 1_000).formatted(.iso8601)
    }
}

extension ClockCheck {
    /// Looks at the clock once, before anything is done by it.
    static func look(_ options: PipelineOptions, _ admin: Admin, _ log: PipelineLog) async throws(PipelineError) {
        let check = ClockCheck(now: wall, allowsFuture: options.allowsFuture)
        try check.check()
        let deltas = TopicPartition(options.topics.deltas, 0)
        do throws(KafkaError) {
            let end = try await admin.watermarks(of: deltas).high
            let later = try await admin.offset(of: deltas, atTime: check.now + tolerance)
            if let text = check.warning(hasLaterRecords: later < end, in: deltas.topic) { log.warning(text) }
        } catch {
            // Whatever it is, the take-over meets it, too, and knows what to do about it.
            log.debug("the clock was not compared with that of other instances: \(error)")
        }
    }
}
