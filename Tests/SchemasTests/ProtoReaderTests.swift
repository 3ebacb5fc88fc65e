import ShoalSchemas
import Testing

@Suite("Protobuf reader")
struct ProtoReaderTests {
    /// Reads the first field of a message, and returns the result or the error.
    private func read<Value>(
        _ bytes: [UInt8], _ body: (inout ProtoReader, ProtoReader.Field) throws(ProtoError) -> Value
    ) -> Result<Value?, ProtoError> {
        var reader = ProtoReader(bytes.span)
        do throws(ProtoError) {
            guard let field = try reader.next() else { return .success(nil) }
            return .success(try body(&reader, field))
        } catch {
            return .failure(error)
        }
    }

    private func number(_ bytes: [UInt8]) -> Result<UInt64?, ProtoError> {
        read(bytes) { reader, field throws(ProtoError) in try reader.uint64(field) }
    }

    private func skip(_ bytes: [UInt8]) -> Result<Int?, ProtoError> {
        read(bytes) { reader, field throws(ProtoError) in
            try reader.skip(field)
            return reader.offset
        }
    }

    @Test("numbers are read")
    func numbers() {
        #expect(number([]) == .success(nil))
        #expect(number([0x08, 0x00]) == .success(0))
        #expect(number([0x08, 0x96, 0x01]) == .success(150))
        #expect(number([0x08] + [UInt8](repeating: 0xFF, count: 9) + [1]) == .success(.max))
        let negative = read([0x08] + [UInt8](repeating: 0xFF, count: 9) + [1]) { reader, field throws(ProtoError) in
            try reader.int64(field)
        }
        #expect(negative == .success(-1))
        let half = read([0x11, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F]) { reader, field throws(ProtoError) in
            try reader.double(field)
        }
        #expect(half == .success(0.5))
        #expect(ProtoReader.unzigzag(0) == 0 && ProtoReader.unzigzag(1) == -1 && ProtoReader.unzigzag(2) == 1)
    }

    @Test("bytes, nested messages and packed numbers are read")
    func delimited() {
        let bytes = read([0x0A, 2, 7, 8]) { reader, field throws(ProtoError) in try reader.bytes(field) }
        #expect(bytes == .success([7, 8]))
        let nested = read([0x0A, 2, 0x08, 5]) { reader, field throws(ProtoError) in
            var value: UInt64 = 0
            try reader.message(field) { inner throws(ProtoError) in
                while let field = try inner.next() { value = try inner.uint64(field) }
            }
            return value
        }
        #expect(nested == .success(5))
        for message in [[0x0A, 3, 1, 0x96, 0x01], [0x08, 9]] as [[UInt8]] {
            let packed = read(message) { reader, field throws(ProtoError) in
                var values: [UInt64] = []
                try reader.repeated(field) { values.append($0) }
                return values
            }
            #expect(packed == .success(message[0] == 0x0A ? [1, 150] : [9]))
        }
    }

    @Test(
        "damaged bytes are refused",
        arguments: [
            ([0x08], .truncated), ([0x08, 0x80], .truncated), ([0x00, 1], .badField), ([0x0F, 1], .badField),
            ([0x0A, 1, 1], .badField), ([0x08] + [UInt8](repeating: 0xFF, count: 10), .badVarint),
            ([0x88, 0x80, 0x80, 0x80, 0x80, 0x00, 1], .badVarint),
        ] as [([UInt8], ProtoError)])
    func damaged(bytes: [UInt8], error: ProtoError) {
        #expect(number(bytes) == .failure(error))
    }

    @Test("every wire type is skipped, and groups with what is in them")
    func skipping() {
        #expect(skip([0x08, 0x96, 0x01]) == .success(3))
        #expect(skip([0x09] + [UInt8](repeating: 0, count: 8)) == .success(9))
        #expect(skip([0x0D, 0, 0, 0, 0]) == .success(5))
        #expect(skip([0x0A, 2, 1, 1]) == .success(4))
        #expect(skip([0x0B, 0x10, 1, 0x13, 0x14, 0x0C]) == .success(6))
        #expect(skip([0x0A, 2, 1]) == .failure(.truncated))
        #expect(skip([0x0D, 0]) == .failure(.truncated))
        #expect(skip([0x0C]) == .failure(.badField))
        #expect(skip([0x0B, 0x14]) == .failure(.badField))
        #expect(skip([0x0B]) == .failure(.truncated))
        #expect(skip([UInt8](repeating: 0x0B, count: 200)) == .failure(.badField))
    }
}
