import ShoalClient
import ShoalKafka
package import ShoalOperations
import ShoalPipeline
import ShoalReplay
import ShoalSchemas

extension ExitCode {
    /// The exit status of a command that an error ended; `failed` for unknown errors.
    package init(_ error: any Error) {
        self =
            switch error {
            case is Configuration.Invalid: .configuration
            case is ListenError: .address
            case let error as AuditLog.Failure: error.isConfiguration ? .configuration : .output
            case is OutputError: .output
            case let error as PipelineError: Self(error.kind)
            case is UnknownTopic, is TopicReplaced: .missingData
            case is PositionInvalid: .noInput
            case let error as ReplayError: Self(error.kind)
            case is Interrupted: .interrupted
            case let error as KafkaError: Self(error)
            default: .failed
            }
    }

    private init(_ kind: PipelineError.Kind) {
        self =
            switch kind {
            case .configuration: .configuration
            case .missingData: .missingData
            case .contradiction: .contradiction
            case .duplicateInstance: .duplicateInstance
            case .notAuthorized: .notAuthorized
            case .kafka: .unavailable
            }
    }

    private init(_ kind: ReplayError.Kind) {
        self =
            switch kind {
            case .input: .noInput
            case .incomparable: .incomparable
            case .wrongKey: .configuration
            case .contradiction, .stalled: .contradiction
            }
    }

    private init(_ error: KafkaError) {
        // librdkafka rejects contradictory properties and unreadable files only at the start.
        if error.code == .invalidArgument {
            self = .configuration
        } else if error.isUnknownTopic {
            self = .missingData
        } else {
            self = error.isAuthorization ? .notAuthorized : error.isConnection ? .unavailable : .failed
        }
    }
}
