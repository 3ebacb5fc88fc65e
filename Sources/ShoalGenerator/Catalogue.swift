/// The videos of a stream: topics, duration and popularity of each.
public struct Catalogue: Sendable {
    /// A topic of a video with its weight.
    public struct Topic: Equatable, Sendable {
        /// 0 ..< `StreamShape.topics`.
        public var topic: Int
        /// The weight in thousandths, so that JSON needs three digits. The weights of a video add up to about 1,000.
        public var thousandths: Int

        public var weight: Double { Double(thousandths) / 1_000 }
        /// The weight as the engine reads it: ⌊w · 2¹⁶ + ½⌋.
        public var q16: UInt32 { UInt32((thousandths * 65_536 + 500) / 1_000) }
    }

    private var starts: [Int32] = [0]
    private var allTopics: [Topic] = []
    private var durations: [Int32] = []
    private var popularity: CumulativeWeights
    /// Videos sorted by main topic, and the index at which each topic begins.
    private var ofTopic: [Int32] = []
    private var topicStarts: [Int] = []
    private var popularityOfTopic: CumulativeWeights

    public var count: Int { durations.count }

    /// Returns the topics of a video, the main topic first.
    public func topics(of video: Int) -> ArraySlice<Topic> {
        allTopics[Int(starts[video])..<Int(starts[video + 1])]
    }

    /// Returns the duration of a video in milliseconds: 15 seconds to 20 minutes.
    public func duration(of video: Int) -> Int64 {
        Int64(durations[video])
    }

    static func topicPopularity(_ shape: StreamShape) -> [Double] {
        let weights = (1...shape.topics).map { 1 / Elementary.power(Double($0), shape.topicExponent) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    init(_ shape: StreamShape, _ archetypes: Archetypes, _ draws: inout Draws) {
        let popularTopics = Self.topicPopularity(shape)
        // Half of the videos follow popularity and half are spread evenly, so that rare topics have videos too.
        let main = AliasTable(popularTopics.map { 0.5 * $0 + 0.5 / Double(shape.topics) })
        let others = AliasTable(popularTopics)
        var holders = [[Int]](repeating: [], count: shape.topics)
        for (archetype, core) in archetypes.cores.enumerated() {
            for topic in core { holders[topic].append(archetype) }
        }
        var mainTopics: [Int] = []
        for _ in 0..<shape.videos {
            let first = main.draw(&draws)
            var topics = [first]
            var weights = [1.0]
            for _ in 0..<min(draws.poisson(0.9), 4) {
                var topic = others.draw(&draws)
                if !holders[first].isEmpty, draws.chance(0.5) {
                    let core = archetypes.cores[holders[first][draws.below(holders[first].count)]]
                    topic = core[draws.below(core.count)]
                }
                guard !topics.contains(topic) else { continue }
                topics.append(topic)
                weights.append(draws.uniform(0.2, 0.6))
            }
            let total = weights.reduce(0, +)
            for (topic, weight) in zip(topics, weights) {
                allTopics.append(Topic(topic: topic, thousandths: Int((weight / total * 1_000).rounded())))
            }
            starts.append(Int32(allTopics.count))
            mainTopics.append(first)
            let seconds = 120 * Elementary.exp(0.8 * draws.normal())
            durations.append(Int32((min(max(seconds, 15), 1_200) * 1_000).rounded()))
        }
        var ranks = Array(1...shape.videos)
        draws.shuffle(&ranks)
        let popular = ranks.map { 1 / Elementary.power(Double($0), shape.videoExponent) }
        popularity = CumulativeWeights(popular)
        topicStarts = [Int](repeating: 0, count: shape.topics + 1)
        for topic in mainTopics { topicStarts[topic + 1] += 1 }
        for topic in 0..<shape.topics { topicStarts[topic + 1] += topicStarts[topic] }
        var next = topicStarts
        ofTopic = [Int32](repeating: 0, count: shape.videos)
        for (video, topic) in mainTopics.enumerated() {
            ofTopic[next[topic]] = Int32(video)
            next[topic] += 1
        }
        popularityOfTopic = CumulativeWeights(ofTopic.map { popular[Int($0)] })
    }

    /// Draws a video by popularity.
    func draw(_ draws: inout Draws) -> Int {
        popularity.draw(0..<count, &draws)
    }

    /// Draws a video by popularity among those with the main topic, or returns `nil` if there are none.
    func draw(topic: Int, _ draws: inout Draws) -> Int? {
        let range = topicStarts[topic]..<topicStarts[topic + 1]
        return range.isEmpty ? nil : Int(ofTopic[popularityOfTopic.draw(range, &draws)])
    }
}
