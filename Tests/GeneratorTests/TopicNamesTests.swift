import ShoalGenerator
import Testing

@Suite("Names of topics")
struct TopicNamesTests {
    @Test("there are 200 distinct names that are safe in any file")
    func names() {
        #expect(TopicNames.all.count == 200)
        #expect(Set(TopicNames.all).count == 200)
        let letters = Set("abcdefghijklmnopqrstuvwxyz-")
        #expect(TopicNames.all.allSatisfy { $0.allSatisfy(letters.contains) && $0.count >= 3 })
    }
}
