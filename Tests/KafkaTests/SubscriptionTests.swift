import Testing

@testable import ShoalKafka

@Suite("Subscriptions of group members")
struct SubscriptionTests {
    @Test("the topics are read, and what is cut off is refused")
    func topics() {
        let bytes: [UInt8] = [0, 1, 0, 0, 0, 2, 0, 2, 0x69, 0x6e, 0, 1, 0x64, 0xff, 0xff]
        #expect(Admin.topics(bytes) == ["in", "d"])
        for count in [0, 1, 5, 7, 9, 11] { #expect(Admin.topics(Array(bytes.prefix(count))) == nil, "\(count)") }
        #expect(Admin.topics([0, 1, 0x7f, 0xff, 0xff, 0xff, 0, 0]) == nil)
    }
}
