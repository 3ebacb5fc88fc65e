import ShoalClustering
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalPipeline

@Suite("Member records")
struct MemberRecordTests {
    /// Returns a member with numbers of all encoded lengths.
    private static func member(
        _ draws: inout SplitMix64, topics count: Int
    ) -> (MemberFields, SnapshotPoint, [TopicNumber], [UInt32], [UInt16]) {
        func number(_ bits: UInt64 = 64) -> UInt64 { (draws.next() >> (64 - bits)) >> (draws.next() % bits) }
        // So that the squares of as many add up to less than 2³¹.
        func component() -> UInt16 { UInt16(truncatingIfNeeded: number(12)) }
        let hasEpoch = draws.next() % 3 > 0
        let member = MemberFields(
            pseudonym: UInt128(draws.next()) << 64 | UInt128(draws.next()), order: number(),
            landmark: Int64(bitPattern: number(55)) - 1_000,
            lastEpoch: hasEpoch ? Int64(bitPattern: number(52)) - 9 : nil,
            events: UInt32(truncatingIfNeeded: number()),
            cluster: draws.next() % 3 > 0 ? UInt32(truncatingIfNeeded: number(30)) : nil,
            previous: draws.next() % 2 > 0 ? UInt32(truncatingIfNeeded: number(30)) : 0,
            published: draws.next() % 2 > 0 ? UInt32(truncatingIfNeeded: number(30)) : 0)
        let point = SnapshotPoint(offset: Int64(number(59)), epoch: hasEpoch ? Int64(bitPattern: number(52)) : nil)
        return (
            member, point, (0..<count).map { _ in TopicNumber(truncatingIfNeeded: number(20)) },
            (0..<count).map { _ in UInt32(truncatingIfNeeded: number(31)) },
            (0..<count).map { _ in component() }
        )
    }

    /// Encodes a member field by field, according to the schema.
    private static func plain(
        _ member: MemberFields, _ point: SnapshotPoint, _ topics: [TopicNumber], _ weights: [UInt32],
        _ directions: [UInt16]
    ) -> [UInt8] {
        var writer = ProtoWriter()
        writer.field(2, point.offset)
        if let epoch = point.epoch { writer.present(3, epoch) }
        writer.present(4, fixed64: member.order)
        writer.field(5, member.landmark)
        if let epoch = member.lastEpoch { writer.present(6, epoch) }
        writer.field(7, member.events)
        if let cluster = member.cluster { writer.present(8, cluster) }
        writer.field(9, member.previous)
        writer.packed(10, topics)
        writer.packed(11, fixed32: weights)
        writer.packed(12, directions)
        writer.field(13, member.published)
        return writer.bytes
    }

    @Test("records equal the Protobuf writer's and are read back unchanged")
    func roundTrip() throws {
        var draws = SplitMix64(seed: 17)
        var read = StateRecord.Members()
        var states = MemberStates()
        var points: [SnapshotPoint] = []
        for count in Array(0...64) + Array(repeating: 6, count: 2_000) {
            let (member, point, topics, weights, directions) = Self.member(&draws, topics: count)
            var (key, value, fields): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
            StateRecord.write(key: member.pseudonym, &key)
            StateRecord.write(member, at: point, topics.span, weights.span, directions.span, &fields)
            let plain = Self.plain(member, point, topics, weights, directions)
            try #require(fields == plain, "\(count) topics: \(member)")
            StateRecord.seal(member, at: point, topics.span, weights.span, directions.span, by: .test, &value)
            try #require(value.count <= plain.count + RecordSealer.overhead + 5)
            let piece = try StateRecord.read(key: key.span, value: value.span, by: .test, into: &read)
            guard case .member = piece else { throw Finding("no member: \(value)") }
            states.fields.append(member)
            states.topics += topics
            states.weights += weights
            states.directions += directions
            states.ends.append(states.topics.count)
            points.append(point)
        }
        #expect(read.states == states)
        #expect(read.points == points)
    }

    private struct Finding: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }
}
