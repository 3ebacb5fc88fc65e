package import ShoalOperations
package import ShoalPipeline
import ShoalSchemas

extension Erasure {
    /// Puts the viewers on the opt-out list if asked to, sends the erasures, waits until the application has read them, and
    /// prints certificates.
    /// - Parameters:
    ///   - key: The privacy key, under which certificates are signed; nil to print none.
    ///   - limit: The longest wait; with certificates, for each of two.
    /// - Returns: `failed` if the application has not read the erasures in time.
    /// - Throws: `ReplayError`; `KafkaError`; `OutputError`.
    package func run(certifying key: PrivacyKey?, limit: Duration) async throws -> ExitCode {
        if optsOut { try optOut() }
        let sent = try await send()
        guard let read = try await wait(for: sent, limit: limit) else {
            Program.report(
                "the erasure is sent, but the application has not read it yet. Start the command again later")
            return .failed
        }
        guard let key else {
            Program.report("the application has read the erasure of \(Formatting.count(viewers.count, "viewer"))")
            return .ok
        }
        for certificate in try await certificates(sent, read, key: key, limit: limit) {
            _ = StandardStream.output.write(try certificate.signed(key))
        }
        return .ok
    }
}
