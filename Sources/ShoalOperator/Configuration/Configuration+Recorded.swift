import Foundation
package import ShoalOperations
import ShoalPipeline
package import ShoalReplay
import ShoalSettings

extension Configuration {
    /// The topics of a recorded run.
    fileprivate var topicsOfRun: Verification.Topics {
        .init(input: topics.input, output: topics.changes, models: topics.models, state: topics.state)
    }
}

extension Verification {
    /// Creates the verification of the configured application.
    package init(_ configuration: Configuration, _ options: ReplayOptions, _ checkpoints: Checkpoints?) {
        self.init(
            application: configuration[\.applicationID], topics: configuration.topicsOfRun,
            client: configuration.client(configuration.logger), options: options,
            isJSON: configuration[\.pipeline.outputFormat] == .json, checkpoints: checkpoints)
    }
}

extension Verification.Checkpoints {
    /// Names the checkpoints in a directory, or those in `checkpoint.directory`.
    /// - Parameter asked: The directory; nil for the configured one.
    /// - Returns: nil if none is configured.
    /// - Throws: `ReplayError` (`input`) if the directory does not exist.
    package init?(_ configuration: Configuration, asked: String?) throws {
        guard let directory = asked ?? configuration[\.pipeline.checkpointDirectory] else { return nil }
        if let asked, (try? URL(filePath: asked).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) != true {
            throw ReplayError(.input, "--from-checkpoint \(asked): is not a directory")
        }
        self.init(directory: directory, isAsked: asked != nil)
    }
}

extension Explanation {
    /// Creates the explanation of a member of the configured application.
    package init(
        _ configuration: Configuration, _ options: ReplayOptions, _ checkpoints: Verification.Checkpoints?
    ) {
        self.init(
            application: configuration[\.applicationID], topics: configuration.topicsOfRun,
            client: configuration.client(configuration.logger), options: options, checkpoints: checkpoints)
    }
}

extension RecordedComparison {
    /// Creates the comparison with the run of the configured application.
    package init(_ configuration: Configuration, _ options: ReplayOptions) {
        self.init(
            application: configuration[\.applicationID], topics: configuration.topicsOfRun,
            client: configuration.client(configuration.logger), options: options)
    }
}
