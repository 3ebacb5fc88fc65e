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

    /// Appends its JSON form, without a line's end. `EventEncoder` does the same faster.
    public func appendJSON(to bytes: inout [UInt8]) {
        bytes.append(text: #"{"event_id":"e"#)
        bytes.append(number: id)
        bytes.append(text: #"","user_id":"viewer-"#)
        bytes.append(number: UInt64(viewer))
        EventEncoder.json(video: video, topics, into: &bytes)
        bytes.append(number: UInt64(watched))
        EventEncoder.json(duration: duration, into: &bytes)
        bytes.append(number: UInt64(time))
        bytes.append(UInt8(ascii: "}"))
    }
}
