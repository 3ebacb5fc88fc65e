/// The descriptions of fields in the table of fields, which is in ClusterChange.swift.
extension ClusterChange {
    /// The changes that have a field in JSON.
    enum FieldScope {
        case all
        case ofMembers
        case ofClusters

        func includes(_ kind: Kind) -> Bool {
            switch self {
            case .all: true
            case .ofMembers: kind.isOfMember
            case .ofClusters: !kind.isOfMember
            }
        }
    }

    /// When a field is written.
    enum FieldPresence {
        /// In both forms, and an error if JSON lacks it.
        case required
        /// In JSON always, in Protobuf unless it is zero or empty.
        case inJSON
        /// Unless it is zero, empty or nil.
        case ifSet
    }

    /// A field as its encodings see it, apart from its value.
    struct Field {
        var number: Int
        var name: StaticString
        var scope: FieldScope
        var presence: FieldPresence
    }
}
