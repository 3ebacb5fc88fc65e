/// A mapping as a tree of names, in which a decoder follows an object's fields.
struct MappingPlan: Sendable {
    /// The use of a value.
    enum Target: Equatable, Sendable {
        case field(EventMapping.Field, FieldUnit)
        case condition
    }

    struct Node: Sendable {
        var children: [(name: [UInt8], node: Int)] = []
        /// The node of each element, if the value is a list.
        var element: Int?
        /// The list of a batch.
        var isBatch = false
        var target: Target?
    }

    /// A part of the record beside its value that is read.
    struct RecordSource: Sendable {
        let part: FieldPath.RecordPart
        let target: Target
    }

    /// The first one is the object.
    private(set) var nodes = [Node()]
    /// Sources in the key and in headers.
    private(set) var recordSources: [RecordSource] = []
    /// Whether the condition is one of `recordSources`, so that the value need not be read if it is not met.
    private(set) var hasRecordCondition = false
    /// The values of the condition; nil: there is none.
    let condition: [[UInt8]]?
    private(set) var constantWatched: Int64?
    private(set) var constantDuration: Int64?
    let hasWatched: Bool
    let isBatch: Bool

    /// - Throws: `EventMappingError` if two fields have one source, or a batch contains no field.
    init(_ mapping: EventMapping) throws(EventMappingError) {
        condition = mapping.condition?.values.map { Array($0.utf8) }
        hasWatched = mapping[.watched] != nil
        isBatch = mapping.batch != nil
        for field in EventMapping.Field.allCases {
            guard let source = mapping[field] else { continue }
            if source.unit == .constant {
                let value = Int64(source.path.text)
                if field == .watched { constantWatched = value } else { constantDuration = value }
                continue
            }
            try add(source.path, .field(field, source.unit), named: field.rawValue)
        }
        if let condition = mapping.condition { try add(condition.path, .condition, named: "where") }
        if let batch = mapping.batch {
            let node = node(of: batch.components)
            guard nodes[node].element.map({ !nodes[$0].children.isEmpty }) ?? false else {
                throw EventMappingError("batch=\(batch.text): no field is read from an element of that list")
            }
            nodes[node].isBatch = true
        }
    }

    var readsHeaders: Bool { recordSources.contains { $0.part != .key } }

    private mutating func add(_ path: FieldPath, _ target: Target, named name: String) throws(EventMappingError) {
        if let part = path.recordPart {
            guard !recordSources.contains(where: { $0.part == part }) else {
                throw EventMappingError("\(name)=\(path.text): another field is read from there")
            }
            recordSources.append(RecordSource(part: part, target: target))
            if target == .condition { hasRecordCondition = true }
            return
        }
        var node = node(of: path.components)
        if path.components.last?.isList == true { node = nodes[node].element ?? node }
        guard nodes[node].target == nil else {
            throw EventMappingError("\(name)=\(path.text): another field is read from there")
        }
        nodes[node].target = target
    }

    /// Returns the node of the last component, before its elements.
    private mutating func node(of components: [FieldPath.Component]) -> Int {
        var node = 0
        for (index, component) in components.enumerated() {
            let name = Array(component.name.utf8)
            if let child = nodes[node].children.first(where: { $0.name == name }) {
                node = child.node
            } else {
                nodes.append(Node())
                nodes[node].children.append((name, nodes.count - 1))
                node = nodes.count - 1
            }
            guard component.isList else { continue }
            if nodes[node].element == nil {
                nodes.append(Node())
                nodes[node].element = nodes.count - 1
            }
            if index < components.count - 1 { node = nodes[node].element ?? node }
        }
        return node
    }
}
