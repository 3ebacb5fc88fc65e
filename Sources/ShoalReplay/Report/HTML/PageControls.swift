/// Buttons of a page. They are disabled until the page's script enables them.
package struct PageControls: Sendable {
    package struct Button: Sendable {
        /// Where a press is sent.
        var path: String
        var text: String

        package init(_ path: String, _ text: String) { (self.path, self.text) = (path, text) }
    }

    /// The name of the group of buttons.
    var title: String
    var lead: String
    var buttons: [Button]
    /// The path of the script.
    var script: String
    /// What a press must send along, which other pages cannot read.
    var token: String

    package init(title: String, lead: String, _ buttons: [Button], script: String, token: String) {
        (self.title, self.lead, self.buttons, self.script, self.token) = (title, lead, buttons, script, token)
    }

    var markup: Markup {
        let buttons = buttons.map { button -> Markup in
            "<button type=\"button\" data-path=\"\(button.path)\" disabled=\"disabled\">\(button.text)</button>\n"
        }
        return """
            <section id="controls" class="controls" aria-labelledby="controls-title" data-token="\(token)">
            <h2 id="controls-title">\(title)</h2>
            <p class="lead">\(lead)</p>
            \(buttons)<p role="status"></p>
            </section>

            """
    }
}
