/// The parts of a Kafka record beside its value.
struct RecordParts: ~Escapable {
    let key: Span<UInt8>?
    let headers: [(name: String, value: [UInt8])]

    @_lifetime(copy key)
    init(key: Span<UInt8>?, headers: [(name: String, value: [UInt8])]) {
        (self.key, self.headers) = (key, headers)
    }

    /// No parts, as of a file.
    @_lifetime(immortal)
    init() {
        (key, headers) = (nil, [])
    }
}
