import Foundation
package import ShoalClustering
internal import ShoalSchemas

extension Configuration {
    /// The settings that affect the result.
    package var engineSettings: Settings {
        var settings = Settings()
        settings.fixed.epochLength = milliseconds("epoch.length")
        settings.fixed.staleness = integer("epoch.staleness")
        settings.fixed.clockQuorum = Int(integer("clock.quorum"))
        settings.fixed.clockMaxStep = integer("clock.max-step")
        settings.fixed.dedupWindow = Int(integer("dedup.window"))
        settings.fixed.profileTopics = Int(integer("profile.topics"))
        settings.fixed.partitioner = Settings.Partitioner(rawValue: text("input.partitioner")) ?? .murmur2
        if let range = TimeRange(text("input.time-range")) {
            settings.fixed.earliestTime = range.from
            settings.fixed.latestTime = range.through
        }
        settings.revision = integer("settings.revision")
        settings.halfLife = milliseconds("profile.half-life")
        settings.engagementMin = integer("engagement.min")
        settings.topicsMax = Int(integer("topics.max"))
        settings.topicsMinViewers = Int(integer("topics.min-viewers"))
        settings.sensitiveTopics = list("privacy.sensitive-topics").map { Array($0.utf8) }
        settings.minEvents = UInt32(clamping: integer("members.min-events"))
        settings.memberTTL = self["member.ttl"] == nil ? nil : milliseconds("member.ttl")
        settings.newMemberTTL = milliseconds("member.new-ttl")
        settings.membersMax = Int(integer("members.max"))
        settings.seedMembers = Int(integer("clusters.seed-members"))
        settings.clustersInitial = Int(integer("clusters.initial"))
        settings.clustersMin = Int(integer("clusters.min"))
        settings.clustersMax = Int(integer("clusters.max"))
        settings.clustersCount = self["clusters.count"] == nil ? nil : Int(integer("clusters.count"))
        settings.minClusterSize = integer("privacy.min-cluster-size")
        settings.publishesMemberships = self["members.topic"] != nil
        return settings
    }

    /// Returns the topics of `topics.file`.
    /// - Throws: `Configuration.Invalid` if it cannot be read.
    package func vocabulary() throws(Invalid) -> [[UInt8]] {
        guard let file = self["topics.file"] else { return [] }
        return try Self.topics(in: file)
    }

    /// Reads one name per line, byte for byte. Empty lines are ignored.
    private static func topics(in file: String) throws(Invalid) -> [[UInt8]] {
        guard var content = FileManager.default.contents(atPath: file) else {
            throw Invalid(problems: ["topics.file: \(file) cannot be read"])
        }
        // Skip a byte order mark, which is not part of the first name.
        if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = Data(content.dropFirst(3)) }
        var names = content.split(separator: UInt8(ascii: "\n")).map { line in
            Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
        names.removeAll(where: \.isEmpty)
        guard names.count <= Limits.topics else {
            throw Invalid(problems: [
                "topics.file: \(file) has \(names.count) topics; the maximum is \(Limits.topics)"
            ])
        }
        if let bad = names.first(where: { $0.count > 256 || String(validating: $0, as: UTF8.self) == nil }) {
            throw Invalid(problems: [
                "topics.file: \(file): \"\(String(decoding: bad.prefix(40), as: UTF8.self))\" is longer than 256 "
                    + "bytes or not UTF-8"
            ])
        }
        return names
    }
}
