import Foundation

/// The value of one field of a JSON object.
struct JSONFieldValue {
    /// The name of a field.
    struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) {
            nil
        }
    }

    private let object: KeyedDecodingContainer<Key>
    private let key: Key

    /// Returns nil if the object lacks the field, or has null there.
    init?(_ object: KeyedDecodingContainer<Key>, _ name: StaticString) throws {
        key = Key(stringValue: name.description)
        self.object = object
        guard object.contains(key), try !object.decodeNil(forKey: key) else { return nil }
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try object.decode(type, forKey: key)
    }
}
