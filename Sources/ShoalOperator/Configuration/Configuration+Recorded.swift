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
