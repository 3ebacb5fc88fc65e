import ShoalSchemas

@testable import ShoalClustering

/// A Protobuf message as a tree whose values can be changed individually. Its encoding remains valid Protobuf.
struct ProtoTree {
    indirect enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes([UInt8])
        case packed([UInt64])
        case message(ProtoTree)
    }

    var fields: [(number: Int, value: Value)] = []

    /// Reads a message; nested bytes count as messages or packed numbers if they can be read as such.
    init?(_ bytes: [UInt8], depth: Int = 0) {
        var reader = ProtoReader(bytes.span)
        do {
            while let field = try reader.next() {
                guard field.number < 32 else { return nil }
                switch field.type {
                case .varint: fields.append((field.number, .varint(try reader.uint64(field))))
                case .fixed64: fields.append((field.number, .fixed64(try reader.fixed64(field))))
                case .bytes: fields.append((field.number, Self.value(try reader.bytes(field), depth)))
                default: return nil
                }
            }
        } catch {
            return nil
        }
    }

    private static func value(_ bytes: [UInt8], _ depth: Int) -> Value {
        if depth < 4, bytes.count > 1, let tree = ProtoTree(bytes, depth: depth + 1) { return .message(tree) }
        var numbers: [UInt64] = []
        var reader = ProtoReader(bytes.span)
        while reader.offset < bytes.count {
            guard let number = try? reader.varint() else { return .bytes(bytes) }
            numbers.append(number)
        }
        return .packed(numbers)
    }

    var bytes: [UInt8] {
        var writer = ProtoWriter()
        for (number, value) in fields {
            switch value {
            case .varint(let value): writer.present(number, UInt64(value))
            case .fixed64(let value): writer.present(number, fixed64: value)
            case .fixed32: break
            case .bytes(let bytes): writer.present(number, bytes: bytes)
            case .packed(let numbers):
                writer.message(number) { writer in for number in numbers { writer.varint(number) } }
            case .message(let tree): writer.present(number, bytes: tree.bytes)
            }
        }
        return writer.bytes
    }

    // MARK: - Changes

    /// Numbers at which arithmetic overflows, and some that are close to valid ones.
    private static let extremes: [UInt64] = [
        0, 1, 2, 3, 7, 63, 64, 65, 252, 255, 256, 32_767, 32_768, 40_000, 65_535, 1 << 20, 1 << 31, (1 << 32) - 1,
        1 << 36, 1 << 53, (1 << 53) + 7, 1 << 62, (1 << 63) - 1, 1 << 63, .max - 1, .max,
    ]

    private static func extreme(_ draws: inout SplitMix64, near value: UInt64) -> UInt64 {
        switch draws.next() % 8 {
        case 0: value &+ 1
        case 1: value &- 1
        case 2: value ^ 1 << (draws.next() % 64)
        case 3: draws.next() >> (draws.next() % 64)
        default: extremes[Int(draws.next() % UInt64(extremes.count))]
        }
    }

    /// Changes one value, or drops, repeats or swaps fields, somewhere in the tree.
    mutating func mutate(_ draws: inout SplitMix64) {
        guard !fields.isEmpty else { return }
        let place = Int(draws.next() % UInt64(fields.count))
        switch draws.next() % 16 {
        case 0: fields.remove(at: place)
        case 1: fields.append(fields[place])
        case 2: fields.swapAt(place, Int(draws.next() % UInt64(fields.count)))
        case 3: fields[place].number = Int(draws.next() % 21) + 1
        default: fields[place].value = Self.mutated(fields[place].value, &draws)
        }
    }

    private static func mutated(_ value: Value, _ draws: inout SplitMix64) -> Value {
        switch value {
        case .varint(let number): return .varint(extreme(&draws, near: number))
        case .fixed64(let number): return .fixed64(extreme(&draws, near: number))
        case .fixed32(let number): return .fixed32(number ^ 1)
        case .bytes(var bytes):
            guard !bytes.isEmpty else { return .bytes([0xFF]) }
            bytes[Int(draws.next() % UInt64(bytes.count))] ^= UInt8(1) << UInt8(draws.next() % 8)
            return .bytes(bytes)
        case .packed(var numbers):
            guard !numbers.isEmpty else { return .packed([extreme(&draws, near: 0)]) }
            let place = Int(draws.next() % UInt64(numbers.count))
            switch draws.next() % 8 {
            case 0: numbers.remove(at: place)
            case 1: numbers.insert(numbers[place], at: place)
            case 2: numbers.swapAt(place, Int(draws.next() % UInt64(numbers.count)))
            default: numbers[place] = extreme(&draws, near: numbers[place])
            }
            return .packed(numbers)
        case .message(var tree):
            tree.mutate(&draws)
            return .message(tree)
        }
    }
}

/// Changes of a record's bytes.
enum Mutation {
    /// The bytes with one to four changes, of single bits or of whole values.
    static func of(_ bytes: [UInt8], _ draws: inout SplitMix64) -> [UInt8] {
        if draws.next() % 4 == 0 || ProtoTree(bytes) == nil { return flipped(bytes, &draws) }
        guard var tree = ProtoTree(bytes) else { return bytes }
        for _ in 0...draws.next() % 4 { tree.mutate(&draws) }
        return tree.bytes
    }

    private static func flipped(_ bytes: [UInt8], _ draws: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        guard !bytes.isEmpty else { return [0xFF] }
        for _ in 0...draws.next() % 3 {
            bytes[Int(draws.next() % UInt64(bytes.count))] ^= UInt8(1) << UInt8(draws.next() % 8)
        }
        if draws.next() % 16 == 0 { bytes.removeLast(Int(draws.next() % UInt64(bytes.count))) }
        return bytes
    }
}
