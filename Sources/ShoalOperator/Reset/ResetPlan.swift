import Foundation
import ShoalKafka
import ShoalSchemas

/// The actions that reset an application, planned from the parts of it that were found.
package struct ResetPlan {
    /// The parts of an application.
    struct Found {
        var application: String
        var hasGroup = false
        /// The members of the group, and the number of its committed positions.
        var instances: [String] = []
        var positions = 0
        /// Existing topics that are to be created again, with their present number of partitions and of offsets.
        var topics: [(topic: Admin.NewTopic, partitions: Int32, offsets: Int64)] = []
        /// Topics that are to be created, because an earlier reset was interrupted.
        var missing: [Admin.NewTopic] = []
        /// Topics that stay as they are.
        var kept: [String] = []
        /// `checkpoint.directory`; nil if it is not set.
        var directory: String?
        var checkpoints: [URL] = []
    }

    /// Descriptions of the planned actions, one line each.
    package private(set) var lines: [String] = []
    /// The members of the group.
    let instances: [String]
    /// Topics to be created, and whether they exist and must be deleted first.
    private(set) var topics: [(topic: Admin.NewTopic, exists: Bool)] = []
    let hasGroup: Bool
    let checkpoints: [URL]

    package var isEmpty: Bool { !hasGroup && topics.isEmpty && checkpoints.isEmpty }

    /// Why the plan cannot be carried out now; nil if it can.
    package var refusal: String? {
        guard !instances.isEmpty, !isEmpty else { return nil }
        return "the group has members: \(instances.joined(separator: ", ")). Stop them first. A static member keeps "
            + "its place until its session ends (--wait 60s waits for it)"
    }

    /// - Parameter isMeant: Whether the plan will be carried out. The lines then use `will`, otherwise `would`.
    init(_ found: Found, isMeant: Bool) {
        let verb = isMeant ? "will" : "would"
        (instances, hasGroup, checkpoints) = (found.instances, found.hasGroup, found.checkpoints)
        topics = found.topics.map { ($0.topic, true) }
        guard !isEmpty else {
            lines = ["application \(found.application) does not exist: no group, no topics"]
            return
        }
        topics += found.missing.map { ($0, false) }
        lines = Self.deletions(found, verb) + Self.creations(found, verb)
        lines.append("unchanged: \(found.kept.joined(separator: ", "))")
    }

    private static func deletions(_ found: Found, _ verb: String) -> [String] {
        var lines: [String] = []
        if found.hasGroup {
            lines.append(
                "group \(found.application): \(verb) be deleted, with "
                    + Formatting.count(found.positions, "committed position"))
        }
        for (topic, partitions, offsets) in found.topics {
            let count = topic.partitions == partitions ? "" : ", instead of \(partitions)"
            lines.append(
                "topic \(topic.name): \(verb) be deleted, with \(Formatting.number(offsets)) offsets, and created again "
                    + "with \(Formatting.count(topic.partitions, "partition"))\(count)")
        }
        if let directory = found.directory, !found.checkpoints.isEmpty {
            let count = Formatting.count(found.checkpoints.count, "checkpoint")
            lines.append("\(count) in \(directory): \(verb) be deleted on this host")
        }
        return lines
    }

    private static func creations(_ found: Found, _ verb: String) -> [String] {
        var lines = found.missing.map { topic in
            "topic \(topic.name): \(verb) be created, \(Formatting.count(topic.partitions, "partition"))"
        }
        if found.directory != nil {
            lines.append(
                "checkpoints on other hosts: \(verb) be set aside when an instance starts there, and may be deleted")
        }
        return lines
    }

    /// Returns the files that hold checkpoints of an application, sorted: `shoal-3.checkpoint` and
    /// `shoal-3.checkpoint.bad`, but not the files of `shoal-test`.
    static func checkpoints(of application: String, among files: [String]) -> [String] {
        files.sorted().filter { file in
            guard file.hasPrefix("\(application)-") else { return false }
            let rest = file.dropFirst(application.count + 1)
            guard let end = rest.range(of: ".checkpoint") else { return false }
            return Int32(rest[..<end.lowerBound]) != nil
        }
    }
}
