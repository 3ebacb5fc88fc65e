import Foundation
import ShoalClustering
package import ShoalKafka
package import ShoalOperations
package import ShoalPipeline
package import ShoalSchemas
import ShoalSettings

extension Configuration {
    /// The configured topics.
    package var topics: PipelineOptions.Topics {
        var topics = PipelineOptions.Topics(
            input: self[\.inputTopic], changes: self[\.outputTopic], members: self[\.membersTopic],
            deadLetters: deadLettersTopic, deltas: deltasTopic, models: modelsTopic,
            state: stateTopic)
        topics.clusters = self[\.clustersTopic]
        topics.optOut = self[\.optOutTopic]
        return topics
    }

    /// Returns the options of an instance.
    /// - Throws: `Configuration.Invalid` if the key is missing.
    package func pipelineOptions(_ logger: Logger) throws(Invalid) -> PipelineOptions {
        let key = try requireKey("pseudonyms need a key. \(Self.keyAdvice)")
        do throws(PipelineError) {
            try Cryptography.selfTest()
        } catch {
            throw Invalid(problems: [error.description])
        }
        var options = PipelineOptions(
            application: self[\.applicationID],
            instance: self[\.instanceID] ?? ProcessInfo.processInfo.hostName, kafka: client(logger), topics: topics,
            key: key)
        options.input = inputOptions
        options.settings = self[\.engine]
        options.pipeline = self[\.pipeline]
        options.vocabulary = try vocabulary()
        return options
    }

    /// How records with a key are placed in the input; murmur2 under `input.partitioner=any`.
    package var partitioner: Partitioner { self[\.engine.fixed.partitioner].ofKeys ?? .standard }

    /// The options for reading the input.
    package var inputOptions: WatchEventReader.Options {
        var options = WatchEventReader.Options()
        options.format = self[\.inputFormat]
        options.viewer = self[\.inputViewer]
        return options.with(self[\.engine.fixed])
    }

    /// The parts of `input.map` as text; empty if it is not set.
    package var mappingParts: [String] { inputOptions.mapping.map { [$0.text] } ?? [] }
}
