import ShoalOperations
import ShoalSchemas
import Synchronization

/// Displays the demo on a terminal, in place.
final class TerminalDisplay: DemoDisplay {
    private let screen = Screen()
    private let hasColor = StandardStream.output.hasColor
    private let told = Mutex(DemoNewsLog())

    init() {
        screen.open()
    }

    func note(_ text: String) {
        told.withLock { $0.add(DemoLine(note: text)) }
    }

    func show(_ news: [DemoNews], _ state: DemoState) -> Bool {
        let lines = told.withLock { told in
            told.add(news)
            return told.lines
        }
        let size = screen.size
        return screen.draw(DemoFrame(width: size.columns, height: size.rows, hasColor: hasColor).lines(state, lines))
    }

    func end(_ summary: DemoSummary) {
        let size = screen.size
        Screen.close()
        let frame = DemoFrame(width: size.columns, height: size.rows, hasColor: hasColor)
        let lines = frame.table(summary.state) + [""] + summary.lines(width: size.columns)
        _ = StandardStream.output.write(lines.joined(separator: "\n") + "\n")
    }
}
