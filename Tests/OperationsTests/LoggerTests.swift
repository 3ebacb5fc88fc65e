import Foundation
import ShoalOperations
import Synchronization
import Testing

@Suite("Logging")
struct LoggerTests {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
    }

    private func logger(_ format: Logger.Format, level: Logger.Level = .info) -> (Logger, Lines) {
        let lines = Lines()
        let logger = Logger(
            label: "test", level: level, format: format, now: { Date(timeIntervalSince1970: 1_700_000_000.125) },
            sink: { line in lines.lines.withLock { $0.append(line) } })
        return (logger, lines)
    }

    @Test("any content gives a valid JSON line with date and fields in order")
    func json() throws {
        let (logger, lines) = logger(.json)
        logger.log(.warning, "a \"b\" \\ \n\u{1}\u{202E}\u{1FFFE} é 🐟", [("topic", "t\tt"), ("offset", "7")])
        let line = try #require(lines.all.first)
        #expect(!line.contains("\n"))
        #expect(line.hasSuffix("\"topic\":\"t\\tt\",\"offset\":\"7\"}"))
        let parsed = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(parsed["message"] == "a \"b\" \\ \n\u{1}\u{202E}\u{1FFFE} é 🐟")
        #expect(parsed["time"] == "2023-11-14T22:13:20.125Z")
        #expect(parsed["level"] == "warning" && parsed["label"] == "test" && parsed["topic"] == "t\tt")
    }

    @Test("any content gives one line of text without control sequences")
    func text() {
        let (logger, lines) = logger(.text)
        logger.log(.info, "ready", [("partitions", "0, 1")])
        logger.log(.error, "bad\n\u{1B}[2Jname")
        #expect(lines.all == ["22:13:20 ready  (partitions=0, 1)", "22:13:20 error: bad\\u{a}\\u{1b}[2Jname"])
    }

    @Test("on a terminal, warnings and errors have colours that are reset")
    func color() {
        let (logger, lines) = logger(.color, level: .debug)
        for level in Logger.Level.allCases { logger.log(level, "x") }
        #expect(lines.all.count == 4)
        #expect(lines.all.allSatisfy { $0.count { $0 == "\u{1B}" } % 2 == 0 })
        #expect(lines.all[3].contains("\u{1B}[31merror: x\u{1B}[0m"))
    }

    @Test("levels below the configured one are not written", arguments: Logger.Level.allCases)
    func levels(_ level: Logger.Level) {
        let (logger, lines) = logger(.text, level: level)
        for level in Logger.Level.allCases { logger.log(level, level.rawValue) }
        #expect(lines.all.count == Logger.Level.allCases.count { $0 >= level })
        #expect(lines.all.count >= 1)
    }

    @Test("a rate-limited message states how many were dropped before it")
    func rateLimit() {
        let limit = RateLimit(.seconds(10))
        let start = ContinuousClock.now
        #expect(limit.pass("a", at: start) == 0)
        #expect(limit.pass("a", at: start + .seconds(1)) == nil)
        #expect(limit.pass("b", at: start + .seconds(1)) == 0)
        #expect(limit.pass("a", at: start + .seconds(9)) == nil)
        #expect(limit.pass("a", at: start + .seconds(10)) == 2)
        #expect(limit.pass("a", at: start + .seconds(20)) == 0)
        for number in 0..<5_000 { #expect(limit.pass("\(number)", at: start) == 0) }
    }

    @Test("a stream reports a closed reader, and writes stay contiguous")
    func stream() throws {
        let pipe = Pipe()
        let stream = StandardStream(pipe.fileHandleForWriting.fileDescriptor)
        #expect(stream.isRead && !stream.isTerminal)
        #expect(stream.append("one\n".utf8) && stream.write("two\n"))
        #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) == "one\ntwo\n")
        signal(SIGPIPE, SIG_IGN)
        try pipe.fileHandleForReading.close()
        #expect(!stream.isRead)
        #expect(!stream.write("three\n"))
    }

    @Test("exit codes are distinct, and each has an explanation")
    func exitCodes() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 64, 65, 66, 67, 69, 70, 71, 72, 74, 77, 78, 80, 130])
        #expect(ExitCode.allCases.allSatisfy { !$0.meaning.isEmpty })
    }
}
