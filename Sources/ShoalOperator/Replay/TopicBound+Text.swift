package import ShoalReplay
import ShoalSchemas

extension TopicBound {
    /// - Parameters:
    ///   - text: `beginning`, `end`, a time or `PARTITION:OFFSET,...`.
    ///   - more: Other forms that the option has, for the message.
    /// - Throws: `UsageError`.
    package init(_ text: String, option: String, or more: String = "") throws {
        switch text {
        case "beginning": self = .beginning
        case "end": self = .end
        case _ where text.contains(":") && !text.contains("T"):
            self = .offsets(try RecordPositions.parse(text, option: option))
        default:
            guard let time = TimeText.milliseconds(text) else {
                throw UsageError(
                    description: "--\(option) \(text): must be beginning, end, \(RecordPositions.times), or "
                        + "PARTITION:OFFSET,...\(more)")
            }
            self = .time(time)
        }
    }
}
