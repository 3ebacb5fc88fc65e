/// A watch event of a stream, with numbers instead of names.
public struct GeneratedEvent: Equatable, Sendable {
    /// 0 ..< `WatchStream.viewers`.
    public var viewer: Int
    /// 0 ..< `StreamShape.videos`.
    public var video: Int
    /// The topics of the video, the main topic first.
    public var topics: ArraySlice<Catalogue.Topic>
    /// Milliseconds watched, 0 … `duration`.
    public var watched: Int64
    /// The video's length in milliseconds, positive.
    public var duration: Int64
    /// Event time in milliseconds since 1970. Follows the order of the stream, except for late and repeated events.
    public var time: Int64
    /// The event id: unique for each event, equal for its repetitions.
    public var id: UInt64
    /// The epoch of the event's place in the stream, from 0. Equals the epoch of `time`, except for late and repeated
    /// events.
    public var epoch: Int
    /// Ground truth: whether the watch was independent of the viewer's taste.
    public var isNoise: Bool
}

extension GeneratedEvent {
    /// The viewer's name as `user_id` and as record key.
    public var viewerName: String { Self.name(ofViewer: viewer) }

    public static func name(ofViewer viewer: Int) -> String { "viewer-\(viewer)" }

    /// Appends the JSON form without a newline. `EventEncoder` is faster.
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
