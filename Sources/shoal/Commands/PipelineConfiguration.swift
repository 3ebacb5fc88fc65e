import Clustering
import Foundation
import Operations
import Pipeline
import Schemas

extension Configuration {
    /// The topics that the settings name.
    var topics: PipelineOptions.Topics {
        PipelineOptions.Topics(
            input: text("input.topic"), changes: text("output.topic"), members: self["members.topic"],
            deadLetters: deadLettersTopic, deltas: deltasTopic, models: modelsTopic,
            state: stateTopic)
    }

    /// The settings that reach the result.
    var engineSettings: Settings {
        var settings = Settings()
        settings.fixed.epochLength = milliseconds("epoch.length")
        settings.fixed.staleness = integer("epoch.staleness")
        settings.fixed.clockQuorum = Int(integer("clock.quorum"))
        settings.fixed.clockMaxStep = integer("clock.max-step")
        settings.fixed.dedupWindow = Int(integer("dedup.window"))
        settings.fixed.profileTopics = Int(integer("profile.topics"))
        settings.revision = integer("settings.revision")
        settings.halfLife = milliseconds("profile.half-life")
        settings.engagementMin = integer("engagement.min")
        settings.topicsMax = Int(integer("topics.max"))
        settings.topicsMinViewers = Int(integer("topics.min-viewers"))
        settings.sensitiveTopics = list("privacy.sensitive-topics").map { Array($0.utf8) }
        settings.minEvents = UInt32(clamping: integer("members.min-events"))
        settings.memberTTL = self["member.ttl"] == nil ? nil : milliseconds("member.ttl")
        settings.seedMembers = Int(integer("clusters.seed-members"))
        settings.clustersInitial = Int(integer("clusters.initial"))
        settings.clustersMin = Int(integer("clusters.min"))
        settings.clustersMax = Int(integer("clusters.max"))
        settings.clustersCount = self["clusters.count"] == nil ? nil : Int(integer("clusters.count"))
        settings.minClusterSize = integer("privacy.min-cluster-size")
        settings.publishesMemberships = self["members.topic"] != nil
        return settings
    }

    /// All that an instance needs to know.
    /// - Throws: `Configuration.Invalid` where the key is missing.
    func pipelineOptions(_ logger: Logger) throws(Invalid) -> PipelineOptions {
        guard let digits = privacyKey, let key = PrivacyKey(hex: digits) else {
            throw Invalid(problems: [
                "privacy.key-file is not set, nor SHOAL_PRIVACY_KEY: pseudonyms need a key; "
                    + "`openssl rand -hex 32 > shoal.key` makes one"
            ])
        }
        var options = PipelineOptions(
            application: text("application.id"),
            instance: self["instance.id"] ?? ProcessInfo.processInfo.hostName, kafka: client(logger), topics: topics,
            key: key)
        options.input = inputOptions
        switch text("input.start") {
        case "beginning": options.start = .beginning
        case "end": options.start = .end
        default: options.start = .time(integer("input.start"))
        }
        options.outputFormat = text("output.format") == "json" ? .json : .protobuf
        options.keepsDeadLetters = text("dead-letters.content") == "full"
        options.settings = engineSettings
        options.vocabulary = try vocabulary()
        options.commitInterval = duration("commit.interval")
        options.snapshotInterval = duration("snapshot.interval")
        options.checkpointDirectory = self["checkpoint.directory"]
        options.checkpointInterval = duration("checkpoint.interval")
        options.checkpointKeep = duration("checkpoint.keep")
        options.transactionBytes = bytes("transaction.max-bytes")
        options.transactionTimeout = duration("transaction.timeout")
        options.idleTimeout = duration("epoch.idle-timeout")
        options.allowsFuture = text("epoch.future") == "allow"
        options.shutdownTimeout = duration("shutdown.timeout")
        options.outboxBytes = bytes("outbox.max-bytes")
        options.watchdogTimeout = duration("watchdog.timeout")
        return options
    }

    /// How the input's records are read.
    var inputOptions: WatchEventReader.Options {
        var options = WatchEventReader.Options()
        options.format = WatchEventReader.Format(rawValue: text("input.format")) ?? .auto
        options.viewer = WatchEventReader.Viewer(rawValue: text("input.viewer")) ?? .field
        return options
    }

    /// The topics of `topics.file`.
    /// - Throws: `Configuration.Invalid` where it cannot be read.
    func vocabulary() throws(Invalid) -> [[UInt8]] {
        guard let file = self["topics.file"] else { return [] }
        return try Self.topics(in: file)
    }

    /// One name a line, byte for byte; empty lines do not count.
    private static func topics(in file: String) throws(Invalid) -> [[UInt8]] {
        guard let content = FileManager.default.contents(atPath: file) else {
            throw Invalid(problems: ["topics.file: \(file) cannot be read"])
        }
        var names = content.split(separator: UInt8(ascii: "\n")).map { line in
            Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
        names.removeAll(where: \.isEmpty)
        if let bad = names.first(where: { $0.count > 256 || String(validating: $0, as: UTF8.self) == nil }) {
            throw Invalid(problems: [
                "topics.file: \(file): \"\(String(decoding: bad.prefix(40), as: UTF8.self))\" is longer than 256 bytes, or no UTF-8"
            ])
        }
        return names
    }
}
