/// A subscriber's position in a topic. Store it with the result of a change to resume exactly after it.
///
/// The text form is `cluster-changes/0:1200,1:1187`: the topic's name and the next offset of each partition. The
/// `Codable` form is that text.
public struct Position: Hashable, Sendable {
    public let topic: String
    /// The next offset by partition.
    public internal(set) var offsets: [Int64]

    /// - Parameter offsets: The next offset of each partition, from partition 0 on.
    public init(topic: String, offsets: [Int64]) {
        self.topic = topic
        self.offsets = offsets
    }
}

extension Position: LosslessStringConvertible {
    public var description: String {
        topic + "/" + offsets.enumerated().map { "\($0):\($1)" }.joined(separator: ",")
    }

    /// - Returns: `nil` for text of another form.
    public init?(_ description: String) {
        // A topic name contains no slash.
        let parts = description.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        var offsets: [Int64] = []
        for (index, part) in parts[1].split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let numbers = part.split(separator: ":", omittingEmptySubsequences: false)
            guard numbers.count == 2, Int(numbers[0]) == index, let offset = Int64(numbers[1]), offset >= 0 else {
                return nil
            }
            offsets.append(offset)
        }
        self.init(topic: String(parts[0]), offsets: offsets)
    }
}

extension Position: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let position = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a position in a topic")
        }
        self = position
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A stored position that cannot be resumed. Resuming elsewhere would lose or repeat changes.
public struct PositionInvalid: Error, CustomStringConvertible, Sendable {
    public var description: String
}
