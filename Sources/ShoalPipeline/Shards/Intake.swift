package import ShoalClustering
package import ShoalKafka
package import ShoalSchemas

/// Converts records to engine events: decodes them and computes keyed hashes, in reusable buffers.
package struct Intake {
    /// The kind of a record.
    package enum Record {
        /// A watch event, in `event`.
        case event
        /// One of the events of a record.
        case part
        /// Stands before the events of a record, as many as given.
        case parts(Int)
        /// Stands after them.
        case end
        /// An erasure.
        /// - Parameter isMisplaced: whether its key belongs to another partition.
        case tombstone(Pseudonym, isMisplaced: Bool)
        case rejected(Rejection)
    }

    package private(set) var event = EngineEvent()
    /// The last decoded event.
    package private(set) var buffer = WatchEvent()
    /// Whether the last record has no value.
    private var isTombstone = false
    private let reader: WatchEventReader
    private var viewers: ViewerTable
    private let ids: SipHash

    /// - Parameter place: the partition that is read; nil: it is not checked which viewers belong there.
    package init(key: PrivacyKey, options: WatchEventReader.Options, place: InputPlace? = nil) {
        reader = WatchEventReader(options: options)
        viewers = ViewerTable(key: key, place: place)
        ids = SipHash(key, .eventID)
    }

    /// Sets the number of viewers to cache.
    mutating func keep(viewers count: Int) {
        viewers.wanted = count
    }

    /// Decodes a record of a topic into `buffer` without identifying its viewer, for callers that identify viewers in
    /// blocks.
    package mutating func decode(_ batch: borrowing MessageBatch, _ index: Int) -> Record {
        isTombstone = false
        guard let value = batch.value(index) else { return erasure(batch.key(index)) }
        do throws(Rejection) {
            try reader.read(
                value, key: batch.key(index), headers: reader.readsHeaders ? batch.headers(index) : [],
                timestamp: batch.timestamp(index), into: &buffer)
        } catch {
            return .rejected(error)
        }
        return .event
    }

    /// Whether records can be several events, so that `decodeEach` is to be called.
    var readsBatches: Bool { reader.readsBatches }

    /// Decodes a record of a topic that can be several events, without identifying their viewers.
    /// - Parameter visit: is called with each event, the hash of its id, and the look-up hash of its viewer.
    /// - Returns: `parts`, if it is no erasure and not rejected.
    mutating func decodeEach(
        _ batch: borrowing MessageBatch, _ index: Int,
        _ visit: (borrowing WatchEvent, _ id: UInt64?, _ viewer: (UInt64, UInt64)) -> Void = { _, _, _ in }
    ) -> Record {
        isTombstone = false
        guard let value = batch.value(index) else { return erasure(batch.key(index)) }
        var count = 0
        // Without the partitioner, it is not known which other viewers belong here.
        let isKeyed = !viewers.knowsPartitions
        do throws(Rejection) {
            try reader.readEach(
                value, key: batch.key(index), headers: reader.readsHeaders ? batch.headers(index) : [],
                timestamp: batch.timestamp(index), isKeyedByViewer: isKeyed, into: &buffer
            ) { event in
                count += 1
                let viewer = viewers.hash(event.text.span.extracting(event.viewer))
                visit(event, ids.id(of: event, viewer), viewer)
            }
        } catch {
            return .rejected(error)
        }
        return count == 0 ? .rejected(.excluded) : .parts(count)
    }

    private mutating func erasure(_ key: Span<UInt8>?) -> Record {
        isTombstone = true
        guard let key, key.count > 0 else { return .rejected(.noViewerToErase) }
        if key.count > 1_024 { return .rejected(.idTooLong) }
        let viewer = viewers.identity(of: key)
        viewers.forget(key)
        return .tombstone(viewer.pseudonym, isMisplaced: viewer.isMisplaced)
    }

    /// Decodes the watch events of a record without a key.
    /// - Parameter visit: is called with each of them, while it is in `buffer`.
    /// - Returns: The reason if the record is invalid, after the events before the fault; `nil` if it is valid.
    package mutating func decode(_ value: Span<UInt8>, _ visit: (inout Self) -> Void = { _ in }) -> Rejection? {
        guard reader.readsBatches else {
            do throws(Rejection) {
                try reader.read(value, into: &buffer)
            } catch {
                return error
            }
            visit(&self)
            return nil
        }
        var event = WatchEvent()
        do throws(Rejection) {
            try reader.readEach(value, into: &event) {
                buffer = copy $0
                visit(&self)
            }
        } catch {
            buffer = event
            return error
        }
        return nil
    }

    /// Reads a watch event without a record key, as in a file. The viewer is `user_id`.
    package mutating func read(_ value: Span<UInt8>) -> Record {
        if let rejection = decode(value) { return .rejected(rejection) }
        take()
        return .event
    }

    /// Returns the fault of the last record, which was rejected.
    package func fault(_ rejection: Rejection) -> Fault {
        isTombstone ? Fault(ofKey: rejection) : buffer.fault(rejection)
    }

    /// The viewer id of the last event, which determines its partition.
    package var viewer: ArraySlice<UInt8> { buffer.text[buffer.viewer] }

    /// Returns the keyed hash of the last event's id and viewer, or nil if the event has no id. The same id of two
    /// viewers gives two different hashes.
    /// - Parameter viewer: The event's `viewerHash`.
    package func id(_ viewer: (UInt64, UInt64)) -> UInt64? { ids.id(of: buffer, viewer) }

    /// The look-up hash of the last event's viewer.
    package var viewerHash: (UInt64, UInt64) { viewers.hash(buffer.text.span.extracting(buffer.viewer)) }

    /// Prefetches the entries that `identity` will read.
    @inline(__always)
    func fetchIdentity(_ hash: (UInt64, UInt64)) { viewers.fetch(hash) }

    /// Returns a viewer's identity.
    /// - Parameter hash: The viewer's `viewerHash`.
    mutating func identity(of viewer: Span<UInt8>, _ hash: (UInt64, UInt64)) -> ViewerIdentity {
        viewers.identity(of: viewer, hash)
    }

    /// Removes a viewer from the cache of pseudonyms.
    mutating func forget(_ viewer: Span<UInt8>) {
        viewers.forget(viewer)
    }

    private mutating func take() {
        let text = buffer.text
        let hash = viewerHash
        let viewer = viewers.identity(of: text.span.extracting(buffer.viewer), hash)
        event.member = viewer.pseudonym
        event.order = viewer.order
        event.id = id(hash)
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

extension SipHash {
    /// Returns the hash of an event's id and viewer; nil if the event has no id.
    fileprivate func id(of event: borrowing WatchEvent, _ viewer: (UInt64, UInt64)) -> UInt64? {
        event.id.isEmpty ? nil : hash64(viewer, event.text.span.extracting(event.id))
    }
}
