/// An encoding of records, or a decoding: it is shown each field in the order of numbers.
protocol RecordFieldVisitor {
    associatedtype Failure: Error

    mutating func visit<Value: RecordFieldValue>(
        _ field: RecordField, _ value: inout Value
    ) throws(Failure)
}

extension RecordFieldVisitor {
    /// Shows it a field, in a short form for the table of fields.
    @inline(__always)
    mutating func field<Value: RecordFieldValue>(
        _ number: Int, _ name: StaticString, _ value: inout Value, _ scope: RecordField.Scope = .all,
        _ presence: RecordField.Presence = .ifSet
    ) throws(Failure) {
        try visit(RecordField(number: number, name: name, scope: scope, presence: presence), &value)
    }
}
