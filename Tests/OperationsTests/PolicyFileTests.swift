import Foundation
import ShoalClustering
import ShoalSettings
import TestSupport
import Testing

@testable import ShoalOperations

@Suite("Files of policies")
struct PolicyFileTests {
    @Test("a policy has the rules of its lists")
    func read() throws {
        let file = try PolicyFile(
            """
            # A comment
            told = all-but-sensitive
            faith.words.en = church, parish*
            faith.tree = religion
            faith.protect = neutralize
            places.protect = none
            places.exact = Rome, \\
                           Oslo
            allow.exact = church history
            """)
        #expect(file.told == .allButSensitive && file.lists.count == 4)
        #expect(file.protections == ["faith": .neutralize, "places": .none] && file.policy.neutralized == ["faith"])
        #expect(file.lists[0] == .init(category: "faith", form: .words, label: "en", terms: ["church", "parish*"]))
        #expect(file.policy.rules.map(\.term) == ["church", "parish*", "religion", "church history"])
        #expect(file.policy.rules.map(\.category) == ["faith", "faith", "faith", nil])
        #expect(try PolicyFile("a.words = b").told == .listed)
    }

    @Test("words that labels may not have are no part of what is recorded, and categories without protection count")
    func labels() throws {
        let lists = "told = listed\nplaces.protect = none\nplaces.exact = Oslo\nallow.exact = go\n"
        let file = try PolicyFile(lists + "labels.deny = commuter*\nlabels.deny.de = Pendler, rentner*")
        #expect(file.labelRules.map(\.term) == ["Oslo", "commuter*", "Pendler", "rentner*"])
        #expect(try file.policy == PolicyFile(lists).policy && file.lists.count == 2)
        let error = #expect(throws: PolicyFile.Invalid.self) {
            _ = try PolicyFile("labels.deny = a,,b\nlabels.deny.De = c\nlabels.denies = d")
        }
        #expect(error?.mistakes.map(\.line) == [1, 2, 3], "\(error?.mistakes ?? [])")
    }

    @Test("every mistake is told with its line")
    func mistakes() {
        let error = #expect(throws: PolicyFile.Invalid.self) {
            _ = try PolicyFile(
                """
                told = maybe
                a.words = one,,two
                a.word = three
                A.words = four
                b.protect = neutral
                c.words = five, five
                c.words = six
                allow.words = seven
                mumble = 1
                d.words.en.gb = eight
                e.exact = x*
                f.protect = none\\u00
                told.words = g
                """)
        }
        let mistakes = error?.mistakes.map { "\($0.line): \($0.text)" } ?? []
        let expected = [
            "1: told must be one of listed, all-but-sensitive", "2: a.words: an empty term",
            "3: a.word: word is not a form",
            "4: A cannot name a category", "5: protect must be drop, neutralize, or none",
            "5: the category b has no topics", "6: c.words: five is in the list twice",
            "7: c.words is already set in line 6",
            "8: allow.words: seven: `words` cannot be told", "9: mumble is neither", "10: d.words.en.gb is neither",
            "11: e.exact: x*: `*` is only for words; use prefix", "12: \\u must be followed by 4 hexadecimal digits",
            "13: told cannot name a category",
        ]
        #expect(mistakes.count == expected.count, "\(mistakes)")
        for (found, expected) in zip(mistakes, expected) { #expect(found.hasPrefix(expected), "\(found)") }
    }

    @Test("privacy.policy reads the file, and refuses one with mistakes by file and line")
    func setting() throws {
        func configuration(_ path: String) throws(Configuration.Invalid) -> Configuration {
            try Configuration(
                file: nil, environment: [:], sets: ["privacy.policy=\(path)"], kafkaCheck: { _, _ in nil })
        }
        let folder = try ConfigurationTests.Folder()
        let good = try configuration(folder.file("good.properties", "a.words = church\n"))
        #expect(good[\.engine.policy].rules.map(\.term) == ["church"])
        #expect(
            good.concerns.contains { $0.contains("lists none") } && !good.concerns.contains { $0.contains("neither") })
        let path = try folder.file("bad.properties", "a.words = church\na.mumble = x\n")
        let error = #expect(throws: Configuration.Invalid.self) { _ = try configuration(path) }
        #expect(error?.description.contains("--set: privacy.policy: \(path):2: a.mumble: mumble is not a form") == true)
        let missing = #expect(throws: Configuration.Invalid.self) { _ = try configuration(path + "x") }
        #expect(missing?.description.contains("cannot be read, or is not UTF-8") == true)
        let none = try Configuration(file: nil, environment: [:], sets: [], kafkaCheck: { _, _ in nil })
        #expect(none[\.engine.policy].isEmpty && none.concerns.contains { $0.contains("neither privacy.policy nor") })
    }

    @Test("the shipped policy has twenty terms of each category in each language, and drops all but places")
    func shipped() throws {
        let path = TestBroker.root.appending(path: "deploy/policy/policy.properties")
        let file = try PolicyFile(String(contentsOf: path, encoding: .utf8))
        let languages = ["en", "zh", "hi", "es", "fr", "ar", "bn", "pt", "ru", "ur", "id", "de"]
        let categories = ["orientation", "religion", "ethnicity", "health", "politics", "unions", "sex-life", "places"]
        #expect(
            Set(file.lists.map(\.label)) == Set(languages) && Set(file.lists.compactMap(\.category)) == Set(categories))
        for category in categories {
            for language in languages {
                let terms = file.lists.filter { $0.category == category && $0.label == language }.flatMap(\.terms)
                #expect(Set(terms).count >= 20, "\(category) \(language): \(terms.count)")
            }
        }
        #expect(file.protections["places"] == PolicyFile.Protection.none && file.told == .listed)
    }
}
