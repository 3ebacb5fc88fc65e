internal import ShoalKafka

extension PipelineError {
    /// Converts an error that waiting does not resolve; `nil` for all others.
    init?(final error: KafkaError) {
        if error.isAuthorization {
            self.init(.notAuthorized, "\(error)")
        } else if error.name == "FENCED_INSTANCE_ID" {
            self.init(
                .duplicateInstance, "another process uses this instance.id. Give each instance its own (\(error))")
        } else if error.name == "MSG_SIZE_TOO_LARGE", error.context.contains("producing to") {
            self.init(
                .configuration, "\(error.context): \(error.text): kafka.message.max.bytes must be 1000000 or more")
        } else if error.name == "INVALID_TRANSACTION_TIMEOUT" || error.name == "INVALID_SESSION_TIMEOUT" {
            self.init(.configuration, "\(error)")
        } else {
            return nil
        }
    }
}
