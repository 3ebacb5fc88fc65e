/// A field of a record as its encodings see it, apart from its value. The tables of fields are in ClusterChange.swift and
/// ClusterDescription.swift.
struct RecordField {
    /// The records that have a field in JSON.
    enum Scope {
        case all
        case ofMembers
        case ofClusters

        /// - Parameter kind: of a change; nil for another record.
        func includes(_ kind: ClusterChange.Kind?) -> Bool {
            switch self {
            case .all: true
            case .ofMembers: kind?.isOfMember ?? true
            case .ofClusters: kind?.isOfMember != true
            }
        }
    }

    /// When a field is written.
    enum Presence {
        /// In both forms, and an error if JSON lacks it.
        case required
        /// In JSON always, in Protobuf unless it is zero or empty.
        case inJSON
        /// Unless it is zero, empty or nil.
        case ifSet
    }

    var number: Int
    var name: StaticString
    var scope: Scope
    var presence: Presence
}
