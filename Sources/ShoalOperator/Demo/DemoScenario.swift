import ShoalClustering
import ShoalGenerator
import ShoalPipeline

/// The tastes of the demo's viewers and their changes: the ground truth, which is not passed to the pipeline.
struct DemoScenario {
    /// A taste: its name and its topics.
    struct Theme {
        var name: String
        var topics: [String]
    }

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
        Theme("the sciences", "physics astronomy chemistry biology mathematics rockets"),
        Theme("history", "castles pirates vikings romans egypt knights"),
        Theme("racket sports", "tennis badminton squash table-tennis golf football"),
    ]
    private static let first = 10

    let viewers: Int
    let epochs: Int
    let shape: StreamShape

    /// - Parameter epochs: The number of the story's 60 epochs to play.
    init(viewers: Int, epochs: Int) {
        self.viewers = viewers
        self.epochs = epochs
        let numbers = Dictionary(uniqueKeysWithValues: TopicNames.all.enumerated().map { ($1, $0) })
        shape = StreamShape.base.with {
            $0.archetypes = Self.first
            $0.givenCores = Self.themes.map { $0.topics.compactMap { numbers[$0] } }
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
            $0.script = DriftScript(Self.story.map { DriftScript.Step($0.epoch, $0.action) })
        }
    }

    /// The script with the texts to display.
    private static let story: [(epoch: Int, action: DriftScript.Action, text: String)] = [
        (12, .birth(share: 0.08), "new viewers arrive who watch \(words(10))"),
        (20, .split(3), "half of the viewers of ball games change to \(words(11))"),
        (28, .converge(5, 6, epochs: 4), "needlework and fine arts start to merge"),
        (36, .silence(7), "viewers of \(words(7)) stop watching"),
        (42, .wander(8, every: 2), "viewers of travel start to change to other topics, one by one"),
    ]
    static let longest = 60

    private static func words(_ theme: Int) -> String {
        themes[theme].topics.prefix(3).joined(separator: ", ")
    }

    /// Returns the text for the steps of an epoch, from 0; `nil` for none.
    func event(at epoch: Int) -> String? {
        Self.story.first { $0.epoch == epoch }?.text
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
        settings.seedMembers = max(viewers / 3, 2)
        settings.clustersInitial = 8
        settings.minClusterSize = Self.minClusterSize
        return settings
    }

    static let minClusterSize: Int64 = 20
}

extension DemoScenario.Theme {
    init(_ name: String, _ topics: String) {
        self.init(name: name, topics: topics.split(separator: " ").map(String.init))
    }
}
