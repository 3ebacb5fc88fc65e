package import ShoalPipeline

/// How an application's status is printed.
package enum StatusFormat: Sendable {
    /// One JSON object on one line.
    case json
    /// Tables; if `isWhole`, with every partition.
    case text(isWhole: Bool)

    /// Returns the status with a newline at its end.
    package func text(_ status: ApplicationStatus) throws -> String {
        switch self {
        case .json: try JSONText.line(status)
        case .text(let isWhole): StatusText(status, isWhole: isWhole).text
        }
    }
}
