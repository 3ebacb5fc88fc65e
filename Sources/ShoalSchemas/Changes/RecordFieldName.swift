/// An enumeration of the schema, whose cases have names in JSON.
protocol RecordFieldName: RecordFieldValue, CaseIterable, RawRepresentable where RawValue == UInt8 {
    var name: String { get }
}

extension RecordFieldName {
    var isUnset: Bool { false }

    func write(_ number: Int, to writer: inout ProtoWriter) {
        writer.present(number, rawValue)
    }

    func write(_ name: StaticString, to writer: inout JSONWriter) {
        writer.field(name, text: self.name)
    }

    init(_ value: ProtoValue) throws(ProtoError) {
        guard let known = Self(rawValue: UInt8(clamping: try value.number)) else { throw .badValue }
        self = known
    }

    init?(_ value: JSONFieldValue) throws {
        let name = try value.decode(String.self)
        guard let known = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = known
    }
}

extension ClusterChange.Kind: RecordFieldName {}
extension ClusterChange.Reason: RecordFieldName {}
extension ClusterDescription.State: RecordFieldName {}
