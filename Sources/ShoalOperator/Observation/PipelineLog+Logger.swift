import ShoalOperations
import ShoalPipeline

extension PipelineLog {
    /// Writes to the program's log.
    init(_ logger: Logger) {
        self.init { entry in
            let level: Logger.Level =
                switch entry.level {
                case .debug: .debug
                case .info: .info
                case .warning: .warning
                case .error: .error
                }
            logger.log(level, entry.message, entry.fields)
        }
    }
}
