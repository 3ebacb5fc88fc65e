import Foundation

/// The browser of the desktop.
package enum Browser {
    /// Writes a page to a temporary file and shows it.
    /// - Throws: `OutputError`. A browser that does not start is only reported.
    package static func open(_ page: String) throws {
        let name = "shoal-\(UUID().uuidString).html"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try OutputFile.save(Array(page.utf8), to: file)
        Program.report("the page was written to \(file)")
        let browser = Process()
        browser.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        browser.arguments = ["xdg-open", file]
        do {
            try browser.run()
        } catch {
            Program.report("the page cannot be opened with xdg-open: \(error)")
        }
    }
}
