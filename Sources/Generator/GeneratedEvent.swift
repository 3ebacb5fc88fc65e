/// A watch event of a stream, with numbers in place of names.
public struct GeneratedEvent: Equatable, Sendable {
    /// 0 ..< `WatchStream.viewers`.
    public var viewer: Int
    /// 0 ..< `StreamShape.videos`.
    public var video: Int
    /// The video's; the main topic first.
    public var topics: ArraySlice<Catalogue.Topic>
    /// Milliseconds, 0 … `duration`.
    public var watched: Int64
    /// Milliseconds, above 0.
    public var duration: Int64
    /// Milliseconds since 1970; in the order of the stream but for late and repeated events.
    public var time: Int64
    /// Different for different events, the same for a repetition.
    public var id: UInt64
    /// The epoch of its place in the stream, from 0; that of `time` but for late and repeated events.
    public var epoch: Int
    /// Truth: whether the watch had nothing to do with the viewer's taste.
    public var isNoise: Bool
}

extension GeneratedEvent {
    /// The name that the viewer has as `user_id` and as key.
    public var viewerName: String { Self.name(ofViewer: viewer) }

    public static func name(ofViewer viewer: Int) -> String { "viewer-\(viewer)" }

    /// Appends its JSON form, without a line's end.
    public func appendJSON(to bytes: inout [UInt8]) {
        func put(_ text: String) { bytes.append(contentsOf: text.utf8) }
        put(#"{"event_id":"e\#(id)","user_id":"\#(viewerName)","video_id":"video-\#(video)","topics":["#)
        for (index, topic) in topics.enumerated() {
            if index > 0 { put(",") }
            let digits = String(topic.thousandths + 10_000).dropFirst(2)
            let weight = topic.thousandths == 1_000 ? "1" : "0.\(digits)"
            put(#"{"name":"\#(TopicNames.name(topic.topic))","weight":\#(weight)}"#)
        }
        put(#"],"watched_ms":\#(watched),"duration_ms":\#(duration),"event_time_ms":\#(time)}"#)
    }
}
