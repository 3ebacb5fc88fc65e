internal import ShoalPipeline

extension ReplayProgress {
    /// The default time without progress after which an offline run is ended.
    public static let stallLimit = Duration.seconds(600)

    /// Runs an offline operation, and ends it if it makes no progress for too long.
    /// - Parameters:
    ///   - limit: The maximum time without progress.
    ///   - isWhole: Whether the body has no partial result. If so, stopping the run cancels the body without waiting
    ///     for it.
    ///   - body: The operation. After a stall it is stopped and cancelled, but not awaited.
    /// - Throws: `ReplayError` (`stalled`) that names all waits; `CancellationError` if the run is stopped without a
    ///   result; errors of `body`.
    public func watched<R: Sendable>(
        limit: Duration = stallLimit, isWhole: Bool = false, _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        let (outcomes, found) = AsyncStream.makeStream(of: Result<R, any Error>.self)
        let work = Task {
            do {
                found.yield(.success(try await body()))
            } catch {
                found.yield(.failure(error))
            }
        }
        let watch = Task {
            if let stall = await stall(limit) { found.yield(.failure(stall)) }
        }
        defer { watch.cancel() }
        if isWhole {
            onStop {
                work.cancel()
                found.yield(.failure(CancellationError()))
            }
        }
        return try await withTaskCancellationHandler {
            for await outcome in outcomes {
                if case .failure(let error) = outcome, (error as? ReplayError)?.kind == .stalled {
                    stop()
                    work.cancel()
                }
                return try outcome.get()
            }
            throw CancellationError()
        } onCancel: {
            stop()
            work.cancel()
        }
    }

    /// Waits for a stall and returns its error; nil if the task is cancelled first.
    private func stall(_ limit: Duration) async -> ReplayError? {
        var (last, since) = (activity, ContinuousClock.now)
        while true {
            do {
                try await Task.sleep(for: min(limit / 10, .seconds(1)))
            } catch {
                return nil
            }
            let now = ContinuousClock.now
            let activity = activity
            if activity != last || hasForeignWait {
                (last, since) = (activity, now)
            } else if now - since >= limit {
                return ReplayError(.stalled, Self.description(of: waits, limit))
            }
        }
    }

    private static func description(of waits: [String], _ limit: Duration) -> String {
        let seconds = limit / .seconds(1)
        let time = seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
        let shown =
            waits.prefix(10).joined(separator: "; ") + (waits.count > 10 ? "; and \(waits.count - 10) more" : "")
        let list = waits.isEmpty ? "none, it is computing" : shown
        return "The run makes no progress: nothing has happened for \(time) s. Open waits: \(list). Check that the "
            + "brokers can be reached and that no transaction is open. If both are true, report it."
    }
}
