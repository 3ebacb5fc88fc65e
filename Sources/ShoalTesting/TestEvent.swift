internal import ShoalSchemas

/// A watch event of a test.
///
///     TestEvent(viewer: "anna", topics: ["chess", "go"])
///     TestEvent(viewer: "anna", topics: ["chess", Topic("go", weight: 0.5)], watched: .seconds(10), of: .seconds(60))
public struct TestEvent: Sendable {
    /// A topic of a video, with its weight.
    public struct Topic: Equatable, Sendable, ExpressibleByStringLiteral {
        public var name: String
        public var weight: Double

        public init(_ name: String, weight: Double = 1) {
            self.name = name
            self.weight = weight
        }

        public init(stringLiteral name: String) {
            self.init(name)
        }
    }

    public var viewer: String
    public var topics: [Topic]
    public var watched: Duration
    /// The video's length; `.zero` if unknown.
    public var duration: Duration
    /// Event time in milliseconds since 1970; `nil` for the driver's `now`.
    public var time: Int64?
    /// The event id. Repetitions of an id are ignored.
    public var id: String?

    /// - Parameters:
    ///   - watched: The watched time. Defaults to one minute.
    ///   - duration: The video's length. Defaults to one minute.
    public init(
        viewer: String, topics: [Topic], watched: Duration = .seconds(60), of duration: Duration = .seconds(60),
        time: Int64? = nil, id: String? = nil
    ) {
        self.viewer = viewer
        self.topics = topics
        self.watched = watched
        self.duration = duration
        self.time = time
        self.id = id
    }

    /// Returns the Protobuf form, as in a record's value.
    func protobuf(now: Int64) -> [UInt8] {
        var writer = ProtoWriter()
        writer.field(1, bytes: (id ?? "").utf8)
        writer.field(2, bytes: viewer.utf8)
        for topic in topics {
            writer.message(4) { writer in
                writer.field(1, bytes: topic.name.utf8)
                writer.present(2, double: topic.weight)
            }
        }
        writer.field(5, watched.milliseconds)
        writer.field(6, duration.milliseconds)
        writer.present(7, time ?? now)
        return writer.bytes
    }
}

extension Duration {
    /// The duration in whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}

/// A record that an instance would write to the dead-letter topic.
public struct DeadLetter: Error, Equatable, CustomStringConvertible, Sendable {
    /// The reason as in the dead letter's header, such as `bad_json`.
    public var reason: String
    /// The reason with the field that is wrong and the value that was expected.
    private let text: String

    public init(reason: String) {
        self.reason = reason
        text = reason
    }

    init(_ fault: Fault) {
        reason = fault.reason.rawValue
        text = fault.text
    }

    public var description: String { "not a watch event: \(text)" }

    /// Compares the reasons.
    public static func == (left: Self, right: Self) -> Bool { left.reason == right.reason }
}
