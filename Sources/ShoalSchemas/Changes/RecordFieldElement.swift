/// An element of a list.
protocol RecordFieldElement: Decodable {
    static func write(_ list: [Self], _ number: Int, to writer: inout ProtoWriter)
    static func write(_ list: [Self], _ name: StaticString, to writer: inout JSONWriter)
    static func append(_ value: ProtoValue, to list: inout [Self]) throws(ProtoError)
}

extension String: RecordFieldElement {
    static func write(_ list: [String], _ number: Int, to writer: inout ProtoWriter) {
        for text in list { writer.present(number, bytes: text.utf8) }
    }

    static func write(_ list: [String], _ name: StaticString, to writer: inout JSONWriter) {
        writer.field(name, texts: list)
    }

    static func append(_ value: ProtoValue, to list: inout [String]) throws(ProtoError) {
        list.append(String(decoding: try value.bytes, as: UTF8.self))
    }
}

extension UInt32: RecordFieldElement {
    static func write(_ list: [UInt32], _ number: Int, to writer: inout ProtoWriter) {
        writer.packed(number, list)
    }

    static func write(_ list: [UInt32], _ name: StaticString, to writer: inout JSONWriter) {
        writer.field(name, list)
    }

    static func append(_ value: ProtoValue, to list: inout [UInt32]) throws(ProtoError) {
        list += try value.numbers.map { UInt32(truncatingIfNeeded: $0) }
    }
}

extension Array: RecordFieldValue where Element: RecordFieldElement {
    var isUnset: Bool { isEmpty }

    func write(_ number: Int, to writer: inout ProtoWriter) {
        Element.write(self, number, to: &writer)
    }

    func write(_ name: StaticString, to writer: inout JSONWriter) {
        Element.write(self, name, to: &writer)
    }

    init(_ value: ProtoValue) throws(ProtoError) {
        self = []
        try merge(value)
    }

    mutating func merge(_ value: ProtoValue) throws(ProtoError) {
        try Element.append(value, to: &self)
    }

    init?(_ value: JSONFieldValue) throws {
        self = try value.decode([Element].self)
    }
}
