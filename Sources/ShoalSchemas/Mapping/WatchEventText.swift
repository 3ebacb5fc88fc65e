/// Texts that can be values of a field.
public enum WatchEventText {
    /// Whether it is a time after ISO 8601, with at least a date.
    public static func isTime(_ text: String) -> Bool {
        text.contains("-") && ISOTime.time(Array(text.utf8).span) != nil
    }

    /// Returns the milliseconds of a length such as `1:02:03` or `PT1H`; nil: it is none.
    public static func length(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return text.contains(":") ? ISOTime.clock(bytes.span) : ISOTime.length(bytes.span)
    }
}
