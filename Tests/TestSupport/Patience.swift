/// How long a test waits for what must happen. Far more than anything needs on an idle machine: a wait ends as soon as
/// its condition holds, and brokers, their clients and the compiler may share two cores.
public let patience = Duration.seconds(180)

/// A condition that did not hold in time.
public struct WaitedInVain: Error, CustomStringConvertible {
    public var description: String
}

/// Waits until a condition holds, for at most `patience`.
/// - Parameter state: The state to be reported if it does not.
public func waitUntil(
    _ what: String, state: @autoclosure () -> String = "", until isSo: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + patience
    while try await !isSo() {
        guard ContinuousClock.now < end else { throw WaitedInVain(description: "waited for \(what)\n\(state())") }
        try await Task.sleep(for: .milliseconds(50))
    }
}
