import Foundation
import TestSupport

/// `deploy/rights.json`: the minimal rights of each role, from which all grants are generated.
struct RightsList: Decodable {
    struct Role: Decodable {
        var rights: [Group]
    }

    /// Rights that are needed for one reason.
    struct Group: Decodable {
        var resource: String
        var names: [String]
        var pattern: String?
        var operations: [String]
    }

    /// A single right in the terms of kafka-acls.
    struct Right: CustomStringConvertible {
        var operation: String
        var resource: String
        var name: String
        var pattern: String?

        var arguments: [String] {
            ["--operation", operation, "--\(resource)", name] + (pattern.map { ["--resource-pattern-type", $0] } ?? [])
        }

        var description: String { "\(operation) on \(resource) \(name)" }

        /// Returns whether a message names this missing right: the operation and the topic, group or transactional id.
        func isNamed(in message: Substring) -> Bool {
            message.contains(name)
                && message.matches(of: /(?:grant|needs) ([A-Z][A-Za-z]*(?: and [A-Z][A-Za-z]*)?) on/).contains {
                    $0.output.1.components(separatedBy: " and ").contains(operation)
                }
        }
    }

    var roles: [String: Role]

    init() throws {
        let file = TestBroker.root.appending(path: "deploy/rights.json")
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    }

    /// Returns all rights of a role, with the placeholders of the list replaced by `names`. A topic that is not in
    /// `names` is not used.
    func rights(of role: String, _ names: [String: String]) -> [Right] {
        (roles[role]?.rights ?? []).flatMap { group in
            group.names.map { template in
                names.reduce(template) { $0.replacing("{\($1.key)}", with: $1.value) }
            }.filter { !$0.contains("{") }.flatMap { name in
                group.operations.map {
                    Right(operation: $0, resource: group.resource, name: name, pattern: group.pattern)
                }
            }
        }
    }
}
