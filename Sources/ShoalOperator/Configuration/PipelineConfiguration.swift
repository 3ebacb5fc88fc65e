import Foundation
import ShoalClustering
package import ShoalKafka
package import ShoalOperations
package import ShoalPipeline
package import ShoalSchemas

extension Configuration {
    /// The configured topics.
    package var topics: PipelineOptions.Topics {
        PipelineOptions.Topics(
            input: text("input.topic"), changes: text("output.topic"), members: self["members.topic"],
            deadLetters: deadLettersTopic, deltas: deltasTopic, models: modelsTopic,
            state: stateTopic)
    }

    /// Returns the options of an instance.
    /// - Throws: `Configuration.Invalid` if the key is missing.
    package func pipelineOptions(_ logger: Logger) throws(Invalid) -> PipelineOptions {
        guard let digits = privacyKey, let key = PrivacyKey(hex: digits) else {
            throw Invalid(problems: [
                "neither privacy.key-file nor SHOAL_PRIVACY_KEY is set: pseudonyms need a key. Create one with "
                    + "`(umask 077; openssl rand -hex 32 > shoal.key)`"
            ])
        }
        do throws(PipelineError) {
            try Cryptography.selfTest()
        } catch {
            throw Invalid(problems: [error.description])
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

    /// How records with a key are placed in the input; murmur2 under `input.partitioner=any`.
    package var partitioner: Partitioner { engineSettings.fixed.partitioner.ofKeys ?? .standard }

    /// The options for reading the input.
    package var inputOptions: WatchEventReader.Options {
        var options = WatchEventReader.Options()
        options.format = WatchEventReader.Format(name: text("input.format")) ?? .auto
        options.viewer = WatchEventReader.Viewer(rawValue: text("input.viewer")) ?? .field
        options.timeRange = engineSettings.fixed.timeRange
        return options
    }
}
