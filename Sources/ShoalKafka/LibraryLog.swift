internal import CShoalRdKafka
import Foundation

/// Facts that librdkafka reports only in its log, never in an error or an event. Its texts are read here and in
/// `ConnectionFailures`, and nowhere else.
enum LibraryLog {
    /// Returns the topic for which a transaction was denied write access, from a line such as `Failed to add partition
    /// "events" [0] to transaction: Broker: Topic authorization failed`; nil for other lines.
    static func unwritableTopic(_ line: ClientConfiguration.LogLine) -> String? {
        let reason = unsafe String(cString: rd_kafka_err2str(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED))
        guard line.facility == "ADDPARTS", line.text.hasSuffix(reason) else { return nil }
        let parts = line.text.split(separator: "\"")
        return parts.count == 3 ? String(parts[1]) : nil
    }

    /// Returns the reason of a rejected connection from a line such as `…: SASL authentication error: Invalid username
    /// or password (after 302ms in state AUTH_REQ)`; nil if it was lost for another reason. librdkafka's code is the same
    /// for both.
    static func refusal(_ line: ClientConfiguration.LogLine) -> String? {
        guard line.facility == "FAIL", let start = line.text.range(of: ": SASL ") else { return nil }
        let reason = line.text[start.lowerBound...].dropFirst(2)
        // The error of a connection that was lost meanwhile is one of librdkafka's own.
        guard !reason.contains("Local: ") else { return nil }
        let end = reason.range(of: " (after ", options: .backwards)?.lowerBound ?? reason.endIndex
        return String(reason[..<end])
    }
}
