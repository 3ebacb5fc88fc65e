/// Readable topic names, the most popular first, for the demo and examples.
public enum TopicNames {
    /// Returns the name of a topic: an element of `all`, or `topic-201` and so on beyond it.
    public static func name(_ topic: Int) -> String {
        topic < all.count ? all[topic] : "topic-\(topic + 1)"
    }

    /// Returns the topic with a name, or `nil` if no topic can have it.
    public static func number(of name: String) -> Int? {
        if let number = all.firstIndex(of: name) { return number }
        guard name.hasPrefix("topic-"), let number = Int(name.dropFirst(6)), number > all.count else { return nil }
        return number - 1
    }

    /// 200 distinct names in lower-case ASCII letters, with dashes between words.
    public static let all: [String] = """
        music comedy cooking football gaming travel news fitness fashion animals
        dance baking movies cars makeup gardening basketball science photography history
        dogs cats hiking yoga painting guitar tennis cycling running swimming
        chess poker astronomy physics chemistry biology mathematics philosophy poetry novels
        piano violin drums singing opera jazz blues rock hip-hop techno
        ballet theatre circus magic puppets drawing sculpture pottery origami calligraphy
        knitting sewing crochet embroidery quilting weaving jewellery leather woodworking welding
        carpentry plumbing masonry architecture interiors furniture recycling camping fishing hunting
        sailing surfing kayaking rowing diving skiing snowboarding skating ice-hockey curling
        baseball cricket rugby volleyball handball badminton table-tennis squash golf archery
        boxing judo karate wrestling fencing climbing parkour gymnastics athletics triathlon
        horses birds reptiles insects aquariums farming bees chickens goats forests
        oceans rivers volcanoes weather climate deserts mountains islands caves dinosaurs
        fossils minerals maps castles pirates vikings romans egypt knights samurai
        trains trams ships aeroplanes helicopters rockets drones robots motorcycles trucks
        bicycles electronics radio programming databases security networks cryptography statistics economics
        investing law politics elections journalism languages grammar spelling teaching parenting
        babies toys puzzles board-games crosswords trivia quizzes riddles legends myths
        cartoons anime manga comics superheroes mysteries thrillers westerns documentaries interviews
        podcasts coffee tea chocolate cheese bread pasta sushi barbecue soups
        """.split(whereSeparator: \.isWhitespace).map(String.init)
}
