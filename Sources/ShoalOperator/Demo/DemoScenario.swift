import ShoalClustering
import ShoalGenerator
import ShoalPipeline
import ShoalSchemas

/// The tastes of the demo's viewers and their changes: the ground truth, which is not passed to the pipeline.
struct DemoScenario {
    /// A taste: its name and its topics.
    struct Theme {
        var name: String
        var topics: [String]
    }

    /// The topic that must not enter profiles.
    static let sensitive = "politics"

    static let themes = [
        Theme("pets", "dogs cats horses birds aquariums reptiles"),
        Theme("the kitchen", "cooking baking pasta cheese chocolate coffee"),
        Theme("music", "piano guitar violin singing jazz opera"),
        Theme("ball games", "football basketball baseball handball rugby tennis"),
        Theme("outdoor life", "hiking camping fishing climbing kayaking forests"),
        Theme("needlework", "knitting sewing crochet quilting weaving embroidery"),
        Theme("fine arts", "painting drawing sculpture pottery calligraphy origami"),
        Theme("board games", "chess poker board-games puzzles trivia riddles"),
        Theme("travel", "travel islands deserts oceans trains maps"),
        Theme("the sciences", "physics astronomy chemistry biology mathematics \(sensitive)"),
        Theme("martial arts", "judo karate wrestling boxing fencing archery"),
        Theme("history", "castles pirates vikings romans egypt knights"),
        Theme("racket sports", "tennis badminton squash table-tennis golf football"),
    ]
    /// Themes that a button of the page adds.
    static let moreThemes = [
        Theme("flight", "aeroplanes helicopters rockets drones robots ships"),
        Theme("the earth", "dinosaurs fossils minerals volcanoes caves rivers"),
        Theme("computers", "programming databases security networks cryptography electronics"),
        Theme("comics", "cartoons anime manga comics superheroes thrillers"),
        Theme("winter sports", "skiing snowboarding skating ice-hockey curling athletics"),
        Theme("building", "woodworking carpentry welding masonry plumbing architecture"),
    ]
    /// The number of themes from the start. Each birth and each split takes the next one.
    private static let first = 10

    /// A step of the story: the text to display, and why it matters.
    struct Step {
        /// The published changes that show a step: their kinds, and the theme of their topics.
        struct Sign {
            var kinds: Set<ClusterChange.Kind>
            var theme: Int
        }

        var epoch: Int
        /// nil: the script does not change.
        var action: DriftScript.Action?
        var text: String
        var why: String
        /// nil: no change shows it.
        var sign: Sign?
    }

    let viewers: Int
    let epochs: Int
    let shape: StreamShape

    /// - Parameter epochs: The number of the story's 60 epochs to play.
    init(viewers: Int, epochs: Int) {
        self.viewers = viewers
        self.epochs = epochs
        shape = StreamShape.base.with {
            $0.archetypes = Self.first
            $0.givenCores = Self.themes.map(\.numbers)
            $0.coreTopics = 6
            $0.sizeExponent = 0.4
            $0.viewers = viewers
            $0.videos = 5_000
            $0.eventsPerEpoch = 2
            $0.rateSpread = 0.7
            $0.epochs = epochs
            $0.dayRhythm = 0.4
            $0.lateShare = 0.01
            $0.repeatShare = 0.005
            $0.script = DriftScript(
                Self.story.compactMap { step in step.action.map { DriftScript.Step(step.epoch, $0) } })
        }
    }

    /// The epoch at whose beginning viewers are erased, and how many.
    static let erasure = (epoch: 32, viewers: 64)

    /// How many viewers a theme that is added has.
    var moreViewers: Int { max(viewers * 2 / 25, 3 * Int(Self.minClusterSize)) }

    /// The epoch at whose end the instance is killed.
    static let kill = 46

    static let story: [Step] = [
        Step(
            epoch: 4, text: "viewers of the sciences watch \(sensitive), too",
            why: "it is a sensitive topic (privacy.sensitive-topics): it enters no profile, so no cluster tells it"),
        Step(
            epoch: 8, action: .birth(share: 0.006), text: "a few viewers arrive who watch \(words(10))",
            why: "their cluster stays unpublished below \(minClusterSize) members, so that nobody is recognised in it"),
        Step(
            epoch: 12, action: .birth(share: 0.08), text: "new viewers arrive who watch \(words(11))",
            why: "a cluster is created once enough members are unlike all others",
            sign: .init(kinds: [.clusterCreated], theme: 11)),
        Step(
            epoch: 20, action: .split(3), text: "half of the viewers of ball games change to \(words(12))",
            why: "a cluster splits once its halves are as unlike as other clusters are",
            sign: .init(kinds: [.clusterCreated], theme: 12)),
        Step(
            epoch: 28, action: .converge(5, 6, epochs: 4), text: "needlework and fine arts start to merge",
            why: "clusters that become alike are merged, so that one taste has one number",
            sign: .init(kinds: [.clusterMerged], theme: 6)),
        Step(
            epoch: erasure.epoch, text: "\(erasure.viewers) viewers ask to be erased, each by a record without a value",
            why: "their profiles are gone at once, and the output tells it of several together"),
        Step(
            epoch: 36, action: .silence(7), text: "viewers of \(words(7)) stop watching",
            why: "members expire (member.ttl), and their cluster ends",
            sign: .init(kinds: [.clusterMerged, .clusterRetired], theme: 7)),
        Step(
            epoch: 42, action: .wander(8, every: 2),
            text: "viewers of travel start to change to other topics, one by one",
            why: "the cluster drifts with its members and keeps its number",
            sign: .init(kinds: [.clusterDrifted], theme: 8)),
    ]
    static let longest = 60

    private static func words(_ theme: Int) -> String {
        themes[theme].words
    }

    /// Returns the step of an epoch, from 0; `nil` for none.
    func step(at epoch: Int) -> Step? {
        Self.story.first { $0.epoch == epoch }
    }

    /// Converts an epoch number to the stream's epoch.
    func epoch(_ number: Int64) -> Int {
        Int(number - shape.startTime / shape.epochLength)
    }

    /// Returns the start of the stream's epoch in ms since 1970.
    func time(of epoch: Int) -> Int64 {
        shape.startTime + Int64(epoch) * shape.epochLength
    }

    /// Settings suitable for a small and fast stream.
    var settings: Settings {
        var settings = Settings()
        settings.fixed.epochLength = shape.epochLength
        settings.halfLife = 5 * shape.epochLength
        settings.memberTTL = 10 * shape.epochLength
        settings.seedMembers = .number(max(viewers / 3, 2))
        settings.clustersInitial = 8
        settings.minClusterSize = Self.minClusterSize
        settings.clustersMinMembers = Self.minClusterSize / 2
        settings.sensitiveTopics = [Array(Self.sensitive.utf8)]
        return settings
    }

    static let minClusterSize: Int64 = 20
}

extension DemoScenario.Theme {
    init(_ name: String, _ topics: String) {
        self.init(name: name, topics: topics.split(separator: " ").map(String.init))
    }

    /// The topics' numbers in the stream.
    var numbers: [Int] { topics.compactMap(TopicNames.number) }

    /// The first topics, for people.
    var words: String { topics.prefix(3).joined(separator: ", ") }
}
