/// The words that no label of a cluster may have: demographic ones in English, which are built in, and those of a policy. They are
/// compared as a policy compares names of topics.
public struct LabelTerms: Sendable {
    private let rules: [TopicPolicy.Rule]
    private let found: TopicRules
    private let sensitive: SensitiveTopics

    /// - Parameters:
    ///   - rules: those of the policy, with a category each.
    ///   - sensitive: topics that are listed elsewhere.
    public init(_ rules: [TopicPolicy.Rule] = [], sensitive: SensitiveTopics = SensitiveTopics(Settings())) {
        self.rules = Self.builtIn + rules
        found = TopicRules(self.rules)
        self.sensitive = sensitive
    }

    /// Returns the term, or the word, because of which a label is refused; nil: it has none.
    public func term(in text: String) -> String? {
        // Accents do not hide a word, and a term that is a whole name must not stand in a label as a word either.
        let plain = TopicSpelling.withoutMarks(Array(text.utf8)).words.map { String(decoding: $0, as: UTF8.self) }
        let words = text.split { !$0.isLetter && !$0.isNumber } + plain.map { $0[...] }
        for part in [text[...], plain.joined(separator: " ")[...]] + words {
            let name = Array(part.utf8)
            if let rule = found.rule(for: TopicReading(name[...])) { return rules[rule].term }
            if sensitive.contains(name[...]) { return String(part) }
        }
        return nil
    }

    /// Sex and family, age, origin and nationality, income and work, and the special categories of Art. 9 GDPR.
    private static let builtIn = [
        """
        men, man, male*, women, woman, female*, girl, girls, boy, boys, lady, ladies, gentlemen, guy, guys, gals, dudes, gender*, sex, sexes, \
        masculine, feminine, wives, husbands, mother*, mom, moms, mum, mums, mommy, father*, dad, dads, daddy, parent, parents, \
        parenthood, grandma, grandpa, grandmother*, grandfather*, grandparent*, single, singles, married, divorced, widow, widows, \
        widower*, pregnan*, childless
        """,
        """
        kid, kids, child, children, toddler*, baby, babies, infant*, teen, teens, teenage*, tween*, minor, minors, adolescen*, youth, \
        youths, young, younger, adult*, middle aged, old people, old folks, older people, elders, elderly, senior, seniors, aged, ages, age, pensioner*, retired, \
        retiree*, gen z, gen x, gen y, gen alpha, generation*, millennial*, zoomer*, boomer*, student*, schoolchild*, under 18, over 50, over 60
        """,
        """
        black, blacks, white, whites, brown people, people of color, people of colour, asian*, african*, arab*, latino*, latina*, latinx, \
        hispanic*, caucasian*, indigenous, aboriginal*, native american*, jew, jews, jewish, roma people, gypsy, gypsies, race, races, racial, \
        ethnic*, nationality, nationalities, immigrant*, migrant*, refugee*, foreigner*, expat*, asylum, american*, british, english, \
        irish, scottish, welsh, european*, french, german, germans, italian*, spanish, spaniard*, portuguese, dutch, belgian*, polish, \
        russian*, ukrainian*, turk, turks, turkish, kurd*, greek*, romanian*, bulgarian*, serbian*, albanian*, swedish, norwegian*, danish, \
        finnish, indian*, pakistani*, bangladeshi*, chinese, japanese, korean*, vietnamese, filipino*, indonesian*, thai, iranian*, persian*, \
        iraqi*, syrian*, afghan*, israeli*, palestinian*, egyptian*, moroccan*, algerian*, tunisian*, nigerian*, ethiopian*, somali*, \
        mexican*, brazilian*, colombian*, cuban*, argentin*, canadian*, australian*
        """,
        """
        rich, richer, wealthy, wealth, affluent, millionaire*, poor, poorer, poverty, income*, earner*, salary, salaries, wage, wages, \
        unemploy*, jobless, welfare, homeless*, debt, debts, indebted, bankrupt*, working class, middle class, upper class, lower class, \
        blue collar, white collar, educated, uneducated, illiterate*
        """,
        """
        gay, gays, lesbian*, bisexual*, homosexual*, heterosexual*, straight people, queer*, trans, transgender*, lgbt*, christian*, \
        catholic*, protestant*, muslim*, islam*, hindu*, buddhis*, sikh*, atheis*, religio*, disabled, disabilit*, autis*, deaf, \
        blind people, depress*, cancer, diabet*, addict*, patient, patients, sick people, obese, obesity, democrat*, republican*, \
        conservatives, liberals, left wing, right wing, socialis*, communis*, voter*, union members, unionist*
        """,
    ].flatMap { list in
        list.split(separator: ",").map { term in
            TopicPolicy.Rule(
                category: "demography", form: .words, term: String(term.drop { $0 == " " || $0 == "\n" }))
        }
    }
}
