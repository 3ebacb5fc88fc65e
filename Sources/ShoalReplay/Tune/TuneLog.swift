package import ShoalClustering
package import ShoalPipeline
internal import ShoalSchemas

/// A log in two parts: settings are tried on the first one, and judged by the watches of the second one.
package struct TuneLog: Sendable {
    /// All events, in the order of their times.
    private struct Watches {
        var viewers: [Int32] = []
        /// The end of each event's topics in `topics`.
        var ends: [Int] = []
        var topics: [Int32] = []
        /// The watched share of each event: 1 if the duration is unknown.
        var weights: [Double] = []

        func topics(of event: Int) -> ArraySlice<Int32> { topics[(event == 0 ? 0 : ends[event - 1])..<ends[event]] }
    }

    package let input: TryInput
    /// The number of events of the first part, and of both.
    package let tried: Int
    /// The time from which moves count.
    let start: Int64
    package let events: Int
    private var watches = Watches()
    /// Of each viewer: the place of the first event.
    private var firstEvents: [Int] = []
    private var topicCount = 0
    /// The watches on which clusters are judged: places of events of viewers that the first part has.
    private var judged: [Int] = []

    /// The number of topics that are predicted for a viewer.
    static let predicted = 3
    /// The most watches of one viewer that are judged, so that few viewers do not decide.
    private static let mostOfViewer = 20
    /// The share of events in the first part.
    private static let share = 0.7

    /// - Parameters:
    ///   - tried: The number of events in the first part; nil for 70 %.
    ///   - settled: The number of events during which moves do not count.
    package init(_ input: TryInput, tried: Int? = nil, settled: Int = 0) {
        self.input = input
        start = settled > 0 ? input.time(of: settled) : .min
        var viewers: [[UInt8]: Int32] = [:]
        var topics: [[UInt8]: Int32] = [:]
        var (watches, firstEvents) = (Watches(), [Int]())
        input.forEachEvent { event in
            let id = Array(event.text[event.viewer])
            let viewer = viewers[id] ?? Int32(viewers.count)
            if Int(viewer) == viewers.count {
                viewers[id] = viewer
                firstEvents.append(watches.viewers.count)
            }
            watches.viewers.append(viewer)
            for topic in event.topics {
                let name = Array(event.text[topic.name])
                let number = topics[name] ?? Int32(topics.count)
                topics[name] = number
                watches.topics.append(number)
            }
            watches.ends.append(watches.topics.count)
            let share = event.duration > 0 ? Double(event.watched) / Double(event.duration) : 1
            watches.weights.append(min(share, 1))
        }
        events = watches.viewers.count
        self.tried = tried ?? Int(Double(events) * Self.share)
        (self.watches, self.firstEvents, topicCount) = (watches, firstEvents, topics.count)
        chooseJudged()
    }

    private mutating func chooseJudged() {
        var isKnown = [Bool](repeating: false, count: firstEvents.count)
        for event in 0..<tried { isKnown[Int(watches.viewers[event])] = true }
        var counts = [Int](repeating: 0, count: firstEvents.count)
        for event in tried..<events {
            let viewer = Int(watches.viewers[event])
            guard isKnown[viewer], counts[viewer] < Self.mostOfViewer, !watches.topics(of: event).isEmpty else {
                continue
            }
            counts[viewer] += 1
            judged.append(event)
        }
    }

    /// The number of watches on which clusters are judged.
    package var judgedWatches: Int { judged.count }

    /// The events of the first part.
    func source() -> TriedEvents { input.source(first: tried) }

    /// The published cluster of each viewer under a key; 0 for none.
    private func clusters(_ places: [Pseudonym: ClusterID], _ key: PrivacyKey) -> [ClusterID] {
        var intake = Intake(key: key, options: TryInput.nativeOptions)
        return firstEvents.map { event in
            guard case .event = intake.read(input.bytes(of: event).span) else { return 0 }
            return places[intake.event.member] ?? 0
        }
    }

    /// Judges the clusters of viewers at the end of the first part by the watches of the second part: those of one half of
    /// the viewers are predicted by those of the other half that are in the same cluster. Viewers in no published cluster
    /// count with the watches of all viewers.
    package func prediction(_ places: [Pseudonym: ClusterID], _ key: PrivacyKey) -> TunePrediction {
        let clusters = clusters(places, key)
        func place(_ event: Int) -> (half: Int, cluster: ClusterID) {
            let viewer = Int(watches.viewers[event])
            return (viewer % 2, clusters[viewer])
        }
        var audiences: [[ClusterID: TuneAudience]] = [[:], [:]]
        for event in judged {
            let (half, cluster) = place(event)
            let (topics, weight) = (watches.topics(of: event), watches.weights[event])
            audiences[half][0, default: TuneAudience(topics: topicCount)].add(topics, weight: weight)
            guard cluster != 0 else { continue }
            audiences[half][cluster, default: TuneAudience(topics: topicCount)].add(topics, weight: weight)
        }
        let top = audiences.map { $0.mapValues { $0.most(Self.predicted) } }
        var result = TunePrediction()
        for event in judged {
            let (half, cluster) = place(event)
            let (others, topics, weight) = (1 - half, watches.topics(of: event), watches.weights[event])
            guard let all = audiences[others][0], let popular = top[others][0] else { continue }
            result.watches += weight
            if topics.contains(where: { (top[others][cluster] ?? popular).contains($0) }) { result.hits += weight }
            if topics.contains(where: { popular.contains($0) }) { result.popularHits += weight }
            guard cluster != 0, let own = audiences[others][cluster] else { continue }
            for (index, gain) in own.gains(topics, over: all).enumerated() { result.gains[index] += weight * gain }
        }
        return result
    }

    /// The agreement (ARI) of the clusters of two runs under two keys, over viewers that both have in one; in millionths.
    package func agreement(
        _ first: (places: [Pseudonym: ClusterID], key: PrivacyKey),
        _ second: (places: [Pseudonym: ClusterID], key: PrivacyKey)
    ) -> Int64 {
        let pairs = zip(clusters(first.places, first.key), clusters(second.places, second.key)).filter {
            $0 != 0 && $1 != 0
        }
        return TuneScore.millionths(agreement: pairs.map { (Int32($0), Int32($1)) })
    }
}

/// How well watches of the second part of a log were predicted. A watch counts with its share of the video.
package struct TunePrediction: Equatable, Sendable {
    package var watches = 0.0
    /// Watches with a topic among those of the viewer's cluster, and among those of all viewers.
    package var hits = 0.0
    package var popularHits = 0.0
    /// With each prior: the bits by which the topics are less surprising if the viewer's cluster is known, summed over
    /// the watches.
    var gains = [Double](repeating: 0, count: TuneAudience.priors.count)

    /// With the prior that suits the sizes of the clusters best. If clusters say nothing, there is none: 0.
    package var bits: Double { max(gains.max() ?? 0, 0) }
}
