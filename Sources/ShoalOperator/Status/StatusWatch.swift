import ShoalKafka
import ShoalOperations
package import ShoalPipeline

/// Prints an application's status again and again, until it is stopped.
package struct StatusWatch {
    private let reader: StatusReader
    private let format: StatusFormat
    private let pause: Duration

    package init(_ reader: StatusReader, _ format: StatusFormat, every pause: Duration) {
        self.reader = reader
        self.format = format
        self.pause = pause
    }

    /// Repeats the status. A read that timed out is tried again.
    /// - Throws: Other errors of a read.
    package func run() async throws {
        let interrupt = Interrupt(within: .seconds(5))
        let output = StandardStream.output
        var isScreen = output.isTerminal
        if case .json = format { isScreen = false }
        while !interrupt.isSet, output.isRead {
            do {
                let text = try format.text(try await reader.read())
                // Move the cursor home and erase the screen.
                guard output.write(isScreen ? "\u{1B}[H\u{1B}[J\(text)" : text) else { break }
            } catch let error as KafkaError where error.isTimeout {
                Program.report(error.message)
            }
            let next = ContinuousClock.now + pause
            while ContinuousClock.now < next, !interrupt.isSet { try await Task.sleep(for: .milliseconds(50)) }
        }
    }
}
