/// A self-contained page. Its content security policy forbids external resources, and scripts but that of the same server.
struct ReportPage {
    /// A section of the page with an entry in the table of contents.
    struct Section {
        var id: String
        var title: String
        /// One sentence that introduces the section.
        var lead: Markup
        var body: Markup

        init(_ id: String, _ title: String, lead: Markup = "", _ body: Markup) {
            (self.id, self.title, self.lead, self.body) = (id, title, lead, body)
        }

        var markup: Markup {
            """
            <section id="\(id)" aria-labelledby="\(id)-title">
            <h2 id="\(id)-title">\(title)</h2>
            \(lead.isEmpty ? "" : "<p class=\"lead\">\(lead)</p>\n" as Markup)\(body)</section>

            """
        }
    }

    /// A highlighted number.
    struct Tile {
        var value: String
        var name: String
        var note = ""
    }

    var title: String
    /// The text below the title.
    var subtitle: Markup
    var tiles: [Tile] = []
    /// Buttons, which the script of the page leaves as they are; nil for none.
    var controls: PageControls?
    /// An empty form to which controls of sections belong.
    var form: Markup = ""
    var sections: [Section] = []
    /// What is behind the sections.
    var end: Markup = ""
    var footer: Markup = ""
    /// The path of a script of the same server; nil for none.
    var script: String?
    /// Invisible definitions that the charts use.
    var definitions: Markup = ""

    func html() -> String {
        let entries = sections.map { section -> Markup in "<li><a href=\"#\(section.id)\">\(section.title)</a></li>" }
        let tiles = tiles.map { tile -> Markup in
            """
            <div class="tile"><dt>\(tile.name)</dt><dd\(tile.value.count > 10 ? " class=\"long\"" : "" as Markup)>\(tile.value)</dd>\
            \(tile.note.isEmpty ? "" : "<dd class=\"note\">\(tile.note)</dd>" as Markup)</div>

            """
        }
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta http-equiv="Content-Security-Policy" \
            content="default-src 'none'; style-src 'unsafe-inline'; \
            \(script == nil ? "" : "script-src 'self'; connect-src 'self'; " as Markup)base-uri 'none'; \
            form-action \(form.isEmpty ? "'none'" : "'self'" as Markup)" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <meta name="referrer" content="no-referrer" />
            <title>\(title)</title>
            <style>
            \(Markup(stringLiteral: ReportStyle.text))</style>
            \([script, controls?.script].compactMap(\.self).map { "<script src=\"\($0)\" defer=\"defer\"></script>\n" as Markup })\
            </head>
            <body>
            <a class="skip" href="#main">To the contents</a>
            \(definitions)\
            <header>
            <h1>\(title)</h1>
            <p class="subtitle">\(subtitle)</p>
            <nav aria-label="Contents"><ul>\(entries)</ul></nav>
            </header>
            \(controls?.markup ?? "")\
            <main id="main">
            \(form)<dl class="tiles"\(script == nil ? "" : " data-part=\"tiles\"" as Markup)>
            \(tiles)</dl>
            \(sections.map(\.markup))\(end)</main>
            <footer>\(footer)</footer>
            </body>
            </html>

            """
        return page.text
    }

    /// Returns a chart with a caption.
    static func figure(_ chart: Markup, _ below: Markup = "") -> Markup {
        chart.isEmpty ? below : "<figure>\(chart)\(below)</figure>\n"
    }

    /// The number of rows of a table that are visible before it is unfolded.
    static let visibleRows = 10

    /// Returns a table whose rows behind the first ones are folded, and which scrolls if it is wide.
    /// - Parameters:
    ///   - head: the cells of the head; empty for none.
    ///   - label: the table's name for screen readers.
    ///   - style: the table's CSS class.
    ///   - visible: how many rows are not folded.
    static func table(
        head: Markup = "", _ rows: [Markup], label: String, style: String = "", visible: Int = visibleRows
    ) -> Markup {
        func table(_ rows: ArraySlice<Markup>, _ label: String) -> Markup {
            """
            <div class="scroll" tabindex="0" role="region" aria-label="\(label)"><table class="\(style)">\
            \(head.isEmpty ? "" : "<thead><tr>\(head)</tr></thead>\n" as Markup)<tbody>\(Array(rows))</tbody></table></div>

            """
        }
        let first = table(rows.prefix(visible), label)
        guard rows.count > visible else { return first }
        let more = ReportWords.number(rows.count - visible)
        // Screen readers tell regions apart by their names.
        let rest = table(rows.dropFirst(visible), "\(label), continued")
        return "\(first)<details><summary>\(more) more</summary>\(rest)</details>\n"
    }

    /// Returns a list of names and values.
    static func facts(_ facts: [(name: String, value: String)]) -> Markup {
        let rows = facts.map { fact -> Markup in "<div><dt>\(fact.name)</dt><dd>\(fact.value)</dd></div>\n" }
        return "<dl class=\"facts\">\(rows)</dl>\n"
    }
}
