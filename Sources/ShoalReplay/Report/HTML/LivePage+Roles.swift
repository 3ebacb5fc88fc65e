/// Sections that depend on who looks. They are put into the page, which is the same for all.
extension LivePage {
    /// Where the sections are put.
    static let placeOfSections: Markup = "<!-- sections by role -->\n"

    /// Returns a page with further sections at its end.
    package static func page(_ page: String, with sections: [String]) -> String {
        let place = placeOfSections.text.utf8
        // The place is near the end.
        guard let first = page.utf8.indices.reversed().first(where: { page.utf8[$0...].starts(with: place) }) else {
            return page
        }
        let rest = page.utf8.index(first, offsetBy: place.count)
        return "\(page[..<first])\(sections.joined())\(page[rest...])"
    }

    /// Returns the section with the state of an instance, which `/live.js` renews from `/state`.
    package static func stateSection(_ facts: [(name: String, value: String)]) -> String {
        section("health", "State of this instance", part("health", ReportPage.facts(facts))).text
    }

    /// The form that finds one viewer, for analysts. Its fields have no names, so a browser without the script sends nothing of them.
    package static var lookupSection: String {
        section(
            "lookup", "Find a viewer",
            """
            <p class="lead">Shows in which published cluster one viewer is. The audit log keeps who asked, when and why, before \
            anything is told.</p>
            <form id="find" class="find" method="post" action="/" autocomplete="off">
            <p><label for="viewer">Viewer's id</label><input id="viewer" maxlength="1024" required="required" autocomplete="off" \
            autocapitalize="none" spellcheck="false" /></p>
            <p><label for="reason">Reason</label><input id="reason" maxlength="1024" required="required" autocomplete="off" /></p>
            <p><button disabled="disabled">Find</button></p>
            </form>
            <p id="found" role="status"></p>

            """
        ).text
    }

    private static func section(_ id: String, _ title: String, _ body: Markup) -> Markup {
        ReportPage.Section(id, title, body).markup
    }
}
