import ShoalClustering
import ShoalKafka
package import ShoalOperations
import ShoalPipeline
import ShoalSettings

/// The dead letters of an application that a filter selects.
package struct DeadLetters {
    private let configuration: Configuration
    private let filter: DeadLetterFilter
    private let kafka: ClientConfiguration
    private let box: DeadLetterBox
    private let bad = InvalidDeadLetters()

    /// - Throws: `KafkaError`.
    package init(_ configuration: Configuration, _ filter: DeadLetterFilter) throws {
        self.configuration = configuration
        self.filter = filter
        kafka = configuration.client(configuration.logger)
        box = try DeadLetterBox(kafka, topic: configuration.deadLettersTopic)
    }

    /// Prints them.
    /// - Parameter limit: The maximum number.
    /// - Returns: 65 if the topic has records that are not dead letters.
    /// - Throws: `PipelineError`; `KafkaError`.
    package func list(_ lines: DeadLetterLines, limit: Int) async throws -> ExitCode {
        var lines = lines
        lines.resubmitted = try await box.resubmitted()
        let interrupt = Interrupt(within: .seconds(15))
        if limit > 0 {
            try await box.read(from: filter.from, until: filter.until, onInvalid: bad.report) { letter in
                guard filter.matches(letter) else { return !interrupt.isSet }
                let isRead = try lines.add(letter)
                return isRead && lines.count < limit && !interrupt.isSet
            }
        }
        try lines.end()
        return bad.status
    }

    /// Sends them to the input again, and prints how many.
    /// - Parameters:
    ///   - isAgain: Whether to send also those that were resubmitted before, and those that came back.
    ///   - isDryRun: Whether to count them only.
    /// - Returns: 65 if the topic has records that are not dead letters.
    /// - Throws: `PipelineError`; `KafkaError`.
    package func resubmit(isAgain: Bool, isDryRun: Bool) async throws -> ExitCode {
        let input = configuration[\.inputTopic]
        guard let partitions = try await Admin(kafka).partitions(of: input) else {
            throw PipelineError(.missingData, "\(input) does not exist; create it with `shoal topics create`")
        }
        var choice = DeadLetterChoice(input: input, resubmitted: try await box.resubmitted(), isAgain: isAgain)
        var resubmission = isDryRun ? nil : try resubmission(partitions)
        let interrupt = Interrupt(within: .seconds(15))
        do {
            try await box.read(from: filter.from, until: filter.until, onInvalid: bad.report) { letter in
                if filter.matches(letter), choice.takes(letter) { try resubmission?.add(letter) }
                return !interrupt.isSet
            }
            try resubmission?.commit()
        } catch {
            if let resubmission { Program.report("\(resubmission.sent) were sent to \(input) before this error") }
            throw error
        }
        Output.line(choice.summary(sent: resubmission?.sent))
        return bad.status
    }

    private func resubmission(_ partitions: Int32) throws -> DeadLetterBox.Resubmission {
        try DeadLetterBox.Resubmission(
            kafka, application: configuration[\.applicationID], input: configuration[\.inputTopic],
            partitions: partitions, partitioner: configuration[\.engine].fixed.partitioner,
            deadLetters: configuration.deadLettersTopic)
    }
}
