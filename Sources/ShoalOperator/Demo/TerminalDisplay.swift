import ShoalOperations
import ShoalSchemas
import Synchronization

/// Displays the demo on a terminal, in place.
final class TerminalDisplay: DemoDisplay {
    private let screen = Screen()
    private let hasColor = StandardStream.output.hasColor
    private let told = Mutex(NewsLog())

    /// The news so far, the latest last.
    private struct NewsLog {
        var lines: [DemoLine] = []
        var nextMember = ContinuousClock.now
        var hidden = 0

        mutating func add(_ line: DemoLine) {
            lines.append(line)
            if lines.count > 200 { lines.removeFirst(100) }
        }
    }

    /// The minimum interval between member changes shown, of which there may be thousands.
    private static let memberPause = Duration.milliseconds(700)

    init() {
        screen.open()
    }

    func note(_ text: String) {
        told.withLock { $0.add(DemoLine(note: text)) }
    }

    func show(_ news: [DemoNews], _ state: DemoState) -> Bool {
        let lines = told.withLock { told in
            for one in news {
                if case .change(let change) = one, change.kind.isOfMember {
                    guard told.nextMember <= .now else { continue }
                    told.nextMember = .now + Self.memberPause
                }
                told.add(DemoLine(one))
            }
            return told.lines
        }
        let size = screen.size
        return screen.draw(DemoFrame(width: size.columns, height: size.rows, hasColor: hasColor).lines(state, lines))
    }

    func end(_ summary: DemoSummary) {
        let size = screen.size
        Screen.close()
        let frame = DemoFrame(width: size.columns, height: size.rows, hasColor: hasColor)
        let lines = frame.table(summary.state) + [""] + summary.lines
        _ = StandardStream.output.write(lines.joined(separator: "\n") + "\n")
    }
}
