/// What a stream of watch events looks like: its topics, tastes, viewers and rates. Two streams of one shape and one seed
/// are the same, event by event, on every machine.
public struct StreamShape: Equatable, Sendable {
    /// Topics, numbered by popularity: that of topic *i* is 1 / (i + 1)^`topicExponent`.
    public var topics = 200
    public var topicExponent = 0.8

    /// Groups of like taste: each has `coreTopics` topics with weights 1 / rank^`coreExponent`.
    public var archetypes = 20
    public var coreTopics = 8
    public var coreExponent = 0.7
    /// Share of the core topics that come from the pool of the `poolSize` most popular topics, which archetypes share.
    public var poolShare = 0.25
    public var poolSize = 20
    /// Cores that are given and not drawn, for the first archetypes and those that the script adds, in their order: topics
    /// by rank, `coreTopics` each.
    public var givenCores: [[Int]] = []
    /// Sizes of the archetypes are 1 / rank^`sizeExponent`.
    public var sizeExponent = 0.5

    public var viewers = 20_000
    /// σ of a viewer's own taste: the archetype's weights times exp(σ z), z standard normal.
    public var spread = 0.6
    /// Share of viewers who mix two archetypes, the second with a part of 25 to 50 %.
    public var mixedShare = 0.1
    /// Share of watches that ignore the viewer's taste and follow the popularity of the videos.
    public var noiseShare = 0.15

    /// Mean watches of a viewer in an epoch; the viewers' rates are log-normal with `rateSpread` as σ.
    public var eventsPerEpoch = 0.8
    public var rateSpread = 1.0

    /// Videos with a main topic and Poisson(0.9) others; popularity 1 / rank^`videoExponent`.
    public var videos = 20_000
    public var videoExponent = 1.0

    public var epochs = 60
    /// Milliseconds of event time.
    public var epochLength: Int64 = 3_600_000
    /// Begin of the first epoch, milliseconds since 1970; best a multiple of `epochLength`.
    public var startTime: Int64 = 1_767_225_600_000

    /// What happens to the archetypes and when.
    public var script = DriftScript()

    /// Share of events that arrive late: their event time lies up to `latest` milliseconds before their place in the stream.
    public var lateShare = 0.0
    public var latest: Int64 = 7_200_000
    /// Share of records that repeat one of the last 256 events, with the same id.
    public var repeatShare = 0.0
    /// How much the rate follows day and night, 0 (not at all) … 1 (from 0.2 at 4 h UTC to 2.2 times the mean at 20 h).
    public var dayRhythm = 0.0
    /// Mean watches of a session, one soon after the other: the number is geometric. 1: each watch comes by itself.
    public var sessionWatches = 1.0
    /// Mean of the exponential pauses between the watches of a session, milliseconds.
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

    /// A service as it is: the drifts of the script, sessions, day and night, late and repeated events.
    public static let everyday = drift.with {
        $0.sessionWatches = 6
        $0.dayRhythm = 0.7
        $0.lateShare = 0.02
        $0.repeatShare = 0.01
    }

    /// The presets that are measured, by the names that commands take.
    public static let presets: [(name: String, shape: StreamShape)] = [
        ("base", base), ("noisy", noisy), ("hard", hard), ("few-topics", fewTopics), ("many", many),
        ("shared", shared), ("skew", skew), ("drift", drift),
    ]

    /// A copy with changes.
    public func with(_ change: (inout StreamShape) -> Void) -> StreamShape {
        var copy = self
        change(&copy)
        return copy
    }
}
