/// An encoding of changes, or a decoding: it is shown each field in the order of numbers.
protocol ClusterChangeFieldVisitor {
    associatedtype Failure: Error

    mutating func visit<Value: ClusterChangeValue>(
        _ field: ClusterChange.Field, _ value: inout Value
    ) throws(Failure)
}

extension ClusterChangeFieldVisitor {
    /// Shows it a field, in a short form for the table of fields.
    @inline(__always)
    mutating func field<Value: ClusterChangeValue>(
        _ number: Int, _ name: StaticString, _ value: inout Value, _ scope: ClusterChange.FieldScope = .all,
        _ presence: ClusterChange.FieldPresence = .ifSet
    ) throws(Failure) {
        try visit(ClusterChange.Field(number: number, name: name, scope: scope, presence: presence), &value)
    }
}
