import ShoalGenerator
import ShoalOperations

/// Writes a stream's ground truth as JSON lines: the viewers' tastes over time, and the script's steps.
final class TruthFile {
    struct Counts {
        var events = 0
        /// The number of repeated events.
        var repeated = 0
        /// The number of events that ignore the viewer's taste.
        var noise = 0
        private var lastID: UInt64 = 0

        mutating func count(_ event: borrowing GeneratedEvent) {
            events += 1
            if event.isNoise { noise += 1 }
            if event.id > lastID { lastID = event.id } else { repeated += 1 }
        }
    }

    private let file: OutputFile
    private var waiting: [UInt8] = []
    /// The core topics last written.
    private var cores: [[Int]] = []

    init(_ file: OutputFile) {
        self.file = file
    }

    func begin(_ stream: WatchStream, preset: String) throws {
        let shape = stream.shape
        try line(
            #"{"kind":"stream","preset":"\#(preset)","seed":\#(stream.seed),"viewers":\#(shape.viewers),"#
                + #""topics":\#(shape.topics),"archetypes":\#(shape.archetypes),"videos":\#(shape.videos),"#
                + #""start_ms":\#(shape.startTime),"epoch_ms":\#(shape.epochLength),"noise":\#(shape.noiseShare)}"#)
        try archetypes(stream)
        for viewer in 0..<stream.viewers { try line(viewer, stream) }
    }

    /// Writes the changes of the epoch that begins.
    func moveOn(_ stream: WatchStream) throws {
        try archetypes(stream)
        for viewer in stream.changedViewers { try line(viewer, stream) }
    }

    func end(_ stream: WatchStream, _ counts: Counts) throws {
        for operation in stream.operations {
            let seen = operation.firstVisible.map(String.init) ?? "null"
            try line(
                #"{"kind":"step","step":"\#(operation.action.text)","archetypes":\#(Self.list(operation.archetypes)),"#
                    + #""begins":\#(operation.begins),"completes":\#(operation.completes),"first_visible":\#(seen)}"#)
        }
        try line(
            #"{"kind":"end","events":\#(counts.events),"repeated":\#(counts.repeated),"noise":\#(counts.noise),"#
                + #""viewers":\#(stream.viewers),"epochs":\#(min(stream.epoch + 1, stream.shape.epochs))}"#)
        _ = try file.write(waiting)
        waiting = []
        try file.close()
    }

    private func archetypes(_ stream: WatchStream) throws {
        for archetype in 0..<stream.archetypeCount {
            let core = stream.core(of: archetype)
            if archetype < cores.count, cores[archetype] == core { continue }
            if archetype == cores.count { cores.append(core) } else { cores[archetype] = core }
            let topics = core.map { "\"\(TopicNames.name($0))\"" }.joined(separator: ",")
            try line(
                #"{"kind":"archetype","archetype":\#(archetype),"from_epoch":\#(stream.epoch),"topics":[\#(topics)]}"#)
        }
    }

    private func line(_ viewer: Int, _ stream: WatchStream) throws {
        let taste = stream.taste(of: viewer)
        let mix = taste.second.map { #","second":\#($0),"mix":\#(Float(taste.mix))"# } ?? ""
        try line(
            #"{"kind":"viewer","user_id":"\#(GeneratedEvent.name(ofViewer: viewer))","from_epoch":\#(stream.epoch),"#
                + #""archetype":\#(taste.archetype)\#(mix)\#(taste.isSilent ? #","silent":true"# : "")}"#)
    }

    private func line(_ text: String) throws {
        waiting.append(contentsOf: text.utf8)
        waiting.append(UInt8(ascii: "\n"))
        guard waiting.count >= 1 << 18 else { return }
        _ = try file.write(waiting)
        waiting = []
    }

    private static func list(_ numbers: [Int]) -> String {
        "[\(numbers.map(String.init).joined(separator: ","))]"
    }
}
