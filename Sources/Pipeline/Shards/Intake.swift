package import Clustering
package import Kafka
package import Schemas

/// From a record's bytes to what the engine takes: decoded, keyed, in buffers that are used again.
package struct Intake {
    /// What a record turned out to be.
    package enum Record {
        /// `event` holds it.
        case event
        case tombstone(Pseudonym)
        case rejected(Rejection)
    }

    package private(set) var event = EngineEvent()
    /// The time of the last event, ms since 1970; nil: there has been none.
    var lastTime: Int64? { event.time == 0 ? nil : event.time }
    private var buffer = WatchEvent()
    private let reader: WatchEventReader
    private var viewers: ViewerTable
    private let ids: SipHash

    package init(key: PrivacyKey, options: WatchEventReader.Options) {
        reader = WatchEventReader(options: options)
        viewers = ViewerTable(key: key)
        ids = SipHash(key, purpose: "events")
    }

    /// From now on as many viewers are kept in mind, and no more.
    mutating func keep(viewers count: Int) {
        viewers.wanted = count
    }

    /// Reads a record of a topic.
    package mutating func read(_ batch: borrowing MessageBatch, _ index: Int) -> Record {
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
        take()
        return .event
    }

    /// Reads a watch event that has no key, as those of a file: the viewer is `user_id`.
    package mutating func read(_ value: Span<UInt8>) -> Record {
        do throws(Rejection) {
            try reader.read(value, into: &buffer)
        } catch {
            return .rejected(error)
        }
        take()
        return .event
    }

    /// The viewer's own bytes, of the last event read: where its record belongs.
    package var viewer: ArraySlice<UInt8> { buffer.text[buffer.viewer] }

    private mutating func take() {
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
    }
}
