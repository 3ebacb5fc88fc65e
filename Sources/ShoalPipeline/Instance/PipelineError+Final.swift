internal import ShoalKafka

extension PipelineError {
    /// Converts an error that waiting does not resolve; `nil` for all others.
    init?(final error: KafkaError) {
        if error.isAuthorization {
            self.init(.notAuthorized, error.message)
        } else if error.code == .fencedInstanceID {
            self.init(
                .duplicateInstance,
                "another process uses this instance.id. Give each instance its own (\(error.message))")
        } else if error.code == .messageTooLarge, error.operation.isProducing {
            self.init(
                .configuration, "\(error.brief): kafka.message.max.bytes must be 1000000 or more")
        } else if error.code == .invalidTransactionTimeout || error.code == .invalidSessionTimeout {
            self.init(.configuration, error.message)
        } else {
            return nil
        }
    }
}
