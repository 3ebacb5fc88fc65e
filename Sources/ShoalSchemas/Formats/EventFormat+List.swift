extension EventFormat {
    /// All formats. A value or a file is of the first one that recognises it. Protobuf is the last, because any bytes
    /// may be a message.
    public static let all: [EventFormat] = [
        .json,
        .protobuf,
    ]
}
