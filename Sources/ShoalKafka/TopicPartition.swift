internal import CShoalRdKafka
internal import Glibc

/// A partition of a topic.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public var description: String { "\(topic) [\(partition)]" }

    public static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}

/// A committed offset, or one to be committed, with its metadata string.
public struct PartitionOffset: Hashable, Sendable {
    public var partition: TopicPartition
    /// The next offset to read.
    public var offset: Int64
    public var metadata: String

    public init(_ partition: TopicPartition, offset: Int64, metadata: String) {
        self.partition = partition
        self.offset = offset
        self.metadata = metadata
    }
}

/// An owned librdkafka list of partitions.
@safe struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: [TopicPartition] = []) {
        unsafe pointer = rd_kafka_topic_partition_list_new(Int32(partitions.count))
        for partition in partitions {
            unsafe rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
        }
    }

    init(_ offsets: [PartitionOffset]) {
        unsafe pointer = rd_kafka_topic_partition_list_new(Int32(offsets.count))
        for offset in offsets {
            let element = unsafe rd_kafka_topic_partition_list_add(
                pointer, offset.partition.topic, offset.partition.partition)
            unsafe element?.pointee.offset = offset.offset
            // Safe: librdkafka frees the duplicated string together with the list.
            unsafe element?.pointee.metadata = UnsafeMutableRawPointer(strdup(offset.metadata))
            unsafe element?.pointee.metadata_size = offset.metadata.utf8.count
        }
    }

    deinit {
        unsafe rd_kafka_topic_partition_list_destroy(pointer)
    }

    var count: Int { Int(unsafe pointer.pointee.cnt) }

    /// The element's partition, offset, metadata and error.
    func element(_ index: Int) -> (PartitionOffset, rd_kafka_resp_err_t) {
        // Safe: there are `cnt` elements.
        unsafe Self.read(pointer.pointee.elems[index])
    }

    /// Reads an element of any list.
    static func read(_ element: rd_kafka_topic_partition_t) -> (PartitionOffset, rd_kafka_resp_err_t) {
        // Safe: the size of the metadata is stored beside it.
        let metadata =
            unsafe element.metadata.map {
                unsafe String(
                    decoding: UnsafeRawBufferPointer(start: $0, count: element.metadata_size), as: UTF8.self)
            } ?? ""
        return unsafe (
            PartitionOffset(
                TopicPartition(String(cString: element.topic), element.partition), offset: element.offset,
                metadata: metadata), element.err
        )
    }

    /// Returns the partitions of a list owned by the caller.
    static func partitions(
        of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    ) -> [TopicPartition] {
        guard let list = unsafe list else { return [] }
        return (0..<Int(unsafe list.pointee.cnt)).map { index in
            let element = unsafe list.pointee.elems[index]
            return unsafe TopicPartition(String(cString: element.topic), element.partition)
        }
    }
}
