import Operations

extension Command {
    static let demo = Command(
        name: "demo", summary: "show viewers clustering live on an embedded broker", isConfigured: false
    ) { arguments in
        .ok
    }
}
