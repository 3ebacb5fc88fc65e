import ShoalClustering
import Testing

@Suite("Words that no label may have")
struct LabelTermsTests {
    @Test(
        "a demographic word is found in many spellings, without a policy",
        arguments: [
            "women", "Women", "WOMEN", "ｗｏｍｅｎ", "wоmen", "w0men", "w.o.m.e.n", "w o m e n", "wömen", "young women",
            "women's shoes",
            "cooking/women", "teenagers", "Teen-agers", "Millennials", "low income", "poor", "Chinese cuisine", "black",
            "LGBTQ", "muslims", "Gen Z", "unemployed", "k1ds",
        ])
    func spellings(text: String) {
        #expect(LabelTerms().term(in: text) != nil)
    }

    @Test(
        "labels of what is watched pass",
        arguments: [
            "cooking", "science fiction", "Formula 1", "chess and go", "vegan cooking", "old movies", "rock music",
            "gardening",
            "space", "car repair", "street food", "manga", "football", "true crime", "woodworking", "jazz piano",
        ])
    func innocent(text: String) {
        #expect(LabelTerms().term(in: text) == nil)
    }

    @Test("terms of a policy are found, whole names also as words, and listed topics")
    func policy() throws {
        var settings = Settings()
        settings.sensitiveTopics = [Array("gambling".utf8)]
        let rules = [
            TopicPolicy.Rule(category: "faith", form: .exact, term: "alpha"),
            TopicPolicy.Rule(category: "labels", form: .words, term: "commuter*"),
        ]
        let terms = LabelTerms(rules, sensitive: SensitiveTopics(settings))
        #expect(terms.term(in: "the álpha course") == "alpha")
        #expect(terms.term(in: "C0mmuters") == "commuter*")
        #expect(terms.term(in: "poker, Gambling") == "Gambling")
        #expect(terms.term(in: "women") == "women" && terms.term(in: "poker") == nil)
    }
}
