/// The shape of a stream of watch events: topics, tastes, viewers and rates. Streams with equal shape and seed are
/// equal event by event, on every machine.
public struct StreamShape: Equatable, Sendable {
    /// The number of topics, numbered by popularity. The popularity of topic *i* is 1 / (i + 1)^`topicExponent`.
    public var topics = 200
    public var topicExponent = 0.8

    /// The number of taste groups. Each has `coreTopics` topics with weights 1 / rank^`coreExponent`.
    public var archetypes = 20
    public var coreTopics = 8
    public var coreExponent = 0.7
    /// The share of core topics taken from the `poolSize` most popular topics, which all archetypes share.
    public var poolShare = 0.25
    public var poolSize = 20
    /// Given cores, instead of drawn ones, for the first archetypes and then those that the script adds, in order. Each
    /// lists `coreTopics` topics by rank.
    public var givenCores: [[Int]] = []
    /// The sizes of the archetypes are 1 / rank^`sizeExponent`.
    public var sizeExponent = 0.5

    public var viewers = 20_000
    /// σ of a viewer's individual taste: the archetype's weights times exp(σ z), z standard normal.
    public var spread = 0.6
    /// The share of viewers who mix two archetypes. The second one has a share of 25 to 50 %.
    public var mixedShare = 0.1
    /// The share of watches that ignore the viewer's taste and follow the popularity of videos.
    public var noiseShare = 0.15

    /// Mean watches of a viewer in an epoch. The viewers' rates are log-normal with σ = `rateSpread`.
    public var eventsPerEpoch = 0.8
    public var rateSpread = 1.0

    /// The number of videos. Each has a main topic and Poisson(0.9) others. Popularity is 1 / rank^`videoExponent`.
    public var videos = 20_000
    public var videoExponent = 1.0

    public var epochs = 60
    /// The length of an epoch in milliseconds of event time.
    public var epochLength: Int64 = 3_600_000
    /// The start of the first epoch in milliseconds since 1970. Best a multiple of `epochLength`.
    public var startTime: Int64 = 1_767_225_600_000

    /// The script of changes to the archetypes.
    public var script = DriftScript()

    /// The share of late events. Their event time is up to `latest` milliseconds before their place in the stream.
    public var lateShare = 0.0
    public var latest: Int64 = 7_200_000
    /// The share of records that repeat one of the last 256 events, with the same id.
    public var repeatShare = 0.0
    /// The strength of the daily rhythm: 0 (none) … 1 (from 0.2 times the mean at 04:00 UTC to 2.2 times at 20:00).
    public var dayRhythm = 0.0
    /// Mean watches of a session. The number is geometrically distributed. 1 means that sessions have one watch.
    public var sessionWatches = 1.0
    /// Mean pause between the watches of a session in milliseconds, exponentially distributed.
    public var sessionPause = 15_000.0

    public init() {}
}

extension StreamShape {
    public static let base = StreamShape()

    public static let noisy = base.with {
        $0.noiseShare = 0.3
        $0.spread = 0.8
    }

    public static let hard = base.with {
        $0.noiseShare = 0.4
        $0.spread = 1
        $0.mixedShare = 0.25
    }

    public static let fewTopics = base.with {
        $0.topics = 50
        $0.archetypes = 12
        $0.coreTopics = 6
        $0.poolSize = 8
    }

    public static let many = base.with {
        $0.topics = 1_000
        $0.archetypes = 60
        $0.coreTopics = 12
        $0.poolSize = 60
        $0.videoExponent = 0.8
    }

    public static let shared = base.with { $0.poolShare = 0.5 }

    public static let skew = base.with { $0.sizeExponent = 1.2 }

    public static let drift = base.with {
        $0.epochs = 180
        $0.script = .standard
    }

    /// A realistic service: the standard script, sessions, a daily rhythm, and late and repeated events.
    public static let everyday = drift.with {
        $0.sessionWatches = 6
        $0.dayRhythm = 0.7
        $0.lateShare = 0.02
        $0.repeatShare = 0.01
    }

    /// The presets that are measured, by the names used on the command line.
    public static let presets: [(name: String, shape: StreamShape)] = [
        ("base", base), ("noisy", noisy), ("hard", hard), ("few-topics", fewTopics), ("many", many),
        ("shared", shared), ("skew", skew), ("drift", drift),
    ]

    /// Returns a copy with changes.
    public func with(_ change: (inout StreamShape) -> Void) -> StreamShape {
        var copy = self
        change(&copy)
        return copy
    }
}
