import ShoalOperations
import ShoalOperator

extension Command {
    static let manual = Command(
        name: "manual", summary: "print the manual page", isConfigured: false,
        details: "The page is in the format of man(7), and lists all commands, settings and exit statuses.",
        examples: ["shoal manual | man -l -", "shoal manual | gzip -9n > /usr/local/share/man/man1/shoal.1.gz"]
    ) { _ in
        Output.line(ManualPage.text(Shoal.commands.map(\.entry)))
        return .ok
    }
}
