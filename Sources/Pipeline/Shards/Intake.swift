internal import Clustering
internal import Kafka
internal import Schemas

/// From a record's bytes to what the engine takes: decoded, keyed, in buffers that are used again.
struct Intake {
    /// What a record turned out to be.
    enum Record {
        /// `event` holds it.
        case event
        case tombstone(Pseudonym)
        case rejected(Rejection)
    }

    private(set) var event = EngineEvent()
    /// The time of the last event, ms since 1970; nil: there has been none.
    var lastTime: Int64? { event.time == 0 ? nil : event.time }
    private var buffer = WatchEvent()
    private let reader: WatchEventReader
    private var viewers: ViewerTable
    private let ids: SipHash

    init(options: PipelineOptions) {
        reader = WatchEventReader(options: options.input)
        viewers = ViewerTable(key: options.key)
        ids = SipHash(options.key, purpose: "events")
    }

    mutating func read(_ batch: borrowing MessageBatch, _ index: Int) -> Record {
        guard let value = batch.value(index) else {
            guard let key = batch.key(index), key.count > 0 else { return .rejected(.noViewerToErase) }
            if key.count > 1_024 { return .rejected(.idTooLong) }
            let member = viewers.identity(of: key).pseudonym
            viewers.forget(key)
            return .tombstone(member)
        }
        do throws(Rejection) {
            try reader.read(value, key: batch.key(index), into: &buffer)
        } catch {
            return .rejected(error)
        }
        let text = buffer.text
        let viewer = viewers.identity(of: text.span.extracting(buffer.viewer))
        event.member = viewer.pseudonym
        event.order = viewer.order
        event.id = buffer.id.isEmpty ? nil : ids.hash64(text.span.extracting(buffer.id))
        event.watched = buffer.watched
        event.duration = buffer.duration
        event.time = buffer.time
        event.text.removeAll(keepingCapacity: true)
        event.topics.removeAll(keepingCapacity: true)
        for topic in buffer.topics {
            let start = event.text.count
            event.text.append(contentsOf: text[topic.name])
            event.topics.append(.init(name: start..<event.text.count, weight: topic.weight))
        }
        return .event
    }
}
