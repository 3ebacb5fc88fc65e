import Foundation
import ShoalClustering
import ShoalOperations
import TestSupport

/// Spellings of sensitive topics that try to pass the shipped policy.
enum SpellingAttack {
    /// The shipped policy, and ten topics that an operator lists besides.
    static func settings() throws -> Settings {
        var settings = Settings()
        let file = TestBroker.root.appending(path: "deploy/policy/policy.properties")
        settings.policy = try PolicyFile(String(contentsOf: file, encoding: .utf8)).policy
        settings.sensitiveTopics = [
            "lgbt", "hiv", "islam", "santé", "İslam", "depression", "trade union", "health", "gay men*", "Ökumene",
        ].map { Array($0.utf8) }
        return settings
    }

    /// The names that are counted, and may be named in descriptions of clusters if all topics may but sensitive ones.
    static func passing(_ names: [String]) throws -> [String] {
        let topics = SensitiveTopics(try settings())
        return names.filter { !topics.contains(Array($0.utf8)[...]) }
    }

    /// Those that passed a list of exact names.
    static let known = [
        "lgbt", "LGBT", "LgBt", "  lgbt  ", "lgbt\t", "lgbt\u{A0}", "lg\u{200B}bt", "lg\u{AD}bt", "ｌｇｂｔ", "lgbт",
        "islаm", "𝐥𝐠𝐛𝐭",
        "#lgbt", "lgbt+", "lgbtq", "🏳️‍🌈", "lgbt 🏳️‍🌈", "lgbt\u{FE0F}", "lgbts", "l.g.b.t", "trade-union", "trade  union",
        "trade_union", "trade unions", "health/hiv", "hiv/treatment", "health.hiv", "santé", "sante\u{301}", "SANTÉ",
        "ÖKUMENE",
        "ökumene", "İslam", "i̇slam", "İSLAM", "ıslam", "schwul", "queer", "depresion", "gay men over 40", "GAY MEN",
        "ｇａｙ men",
        "h1v", "hiv.", "hiv,", "tag4711",
    ]

    /// Others, which were written before the policy was tried on them.
    static let unseen = [
        "q.u.e.e.r", "Que€r", "quееr", "ⓖⓐⓨ", "g a y", "g4y pride", "gαy", "ℊ𝒶𝓎", "lésbian", "l3sbian", "LESBIΑN",
        "bi\u{AD}sexual",
        "trans gender", "same\u{2011}sex marriage", "HІV", "H.I.V+", "canсer", "c a n c e r", "ÇANCER", "breast_cancer",
        "depress1on", "suic1de", "ramаdan", "#Ramadan2026", "mus\u{200B}lim", "м\u{2060}усульмане", "ПРАВОСЛАВИЕ",
        "исл@м", "同 性 恋",
        "समलैंगिक\u{200D}ता", "مِثْلِيّ", "إســــلام", "Schwul*e", "trade\u{2060}union", "Gewerkschaft\u{200B}en", "sindicat0",
        "p0rn",
        "pоrnо", "𝖘𝖊𝖝", "féminisme",
    ]
}
