import Testing

@testable import ShoalKafka

@Suite("Facts in librdkafka's log")
struct LibraryLogTests {
    private func line(_ facility: String, _ text: String) -> ClientConfiguration.LogLine {
        .init(level: 3, facility: facility, text: text)
    }

    @Test("the topic that a transaction may not write to is found")
    func unwritableTopic() {
        let text = "[thrd:main]: TxnCoordinator/1: Failed to add partition \"events\" [0] to transaction: "
        #expect(LibraryLog.unwritableTopic(line("ADDPARTS", text + "Broker: Topic authorization failed")) == "events")
        #expect(LibraryLog.unwritableTopic(line("ADDPARTS", text + "Broker: Not coordinator")) == nil)
        #expect(LibraryLog.unwritableTopic(line("FAIL", text + "Broker: Topic authorization failed")) == nil)
    }

    @Test("a refused authentication is told apart from a lost connection")
    func refusal() {
        let start = "[thrd:sasl_plaintext://127.0.0.1:9092/1]: sasl_plaintext://127.0.0.1:9092/1: "
        let refused = line(
            "FAIL", start + "SASL authentication error: Invalid username or password (after 302ms in state AUTH_REQ)")
        #expect(LibraryLog.refusal(refused) == "SASL authentication error: Invalid username or password")
        let lost = "SASL authentication error: Local: Broker transport failure (after 2ms in state AUTH_REQ)"
        #expect(LibraryLog.refusal(line("FAIL", start + lost)) == nil)
        #expect(LibraryLog.refusal(line("FAIL", start + "Disconnected (after 2ms in state UP)")) == nil)
    }
}
