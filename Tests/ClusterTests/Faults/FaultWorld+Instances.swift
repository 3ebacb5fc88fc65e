import Foundation
import TestSupport

extension FaultWorld {
    /// Injects an instance fault.
    /// - Returns: The details of the fault.
    func strikeInstances(_ fault: Fault) async throws -> String {
        let name = pick()
        switch fault {
        case .kill:
            let away = draw(0..<4_000)
            try await kill(name)
            try await pause(away)
            try start(name)
            return "\(name), for \(away) ms"
        case .killAllButOne:
            for other in Self.names where other != name { try await kill(other) }
            for other in Self.names where other != name { try start(other) }
            return "but \(name)"
        case .killInRestore:
            try await kill(name)
            try start(name)
            // Immediately after the group has assigned the partitions.
            try await wait(upTo: 8_000) { instances[name]?.log.contains("assigned") ?? true }
            let later = draw(0..<200)
            try await pause(later)
            let isOver = instances[name]?.log.contains("took over") ?? true
            try await kill(name)
            try start(name)
            return "\(name), \(later) ms into it\(isOver ? ", when it was over" : "")"
        case .killInSnapshot:
            let before = probe.end(of: application.state, 0)
            try await wait(upTo: 3_000) { probe.end(of: application.state, 0) != before }
            for other in Self.names { try await kill(other) }
            for other in Self.names { try start(other) }
            return "all"
        case .killInPublication:
            return try await killInPublication()
        case .freeze, .freezeInTransaction:
            let least = fault == .freeze ? sessionTime : transactionTime
            let time = least + draw(200..<2_500)
            instances[name]?.signal(SIGSTOP)
            try await pause(time)
            instances[name]?.signal(SIGCONT)
            return "\(name), for \(time) ms"
        case .stop:
            try await stop(name)
            try start(name)
            return name
        case .roll:
            for other in Self.names {
                try await stop(other)
                try start(other)
                try await wait(upTo: 5_000) { instances[other]?.log.contains("took over") ?? true }
            }
            return "a, b, c"
        case .scale:
            return try await scale(name)
        case .storm:
            let times = draw(3..<6)
            for _ in 0..<times {
                try start("x")
                try await pause(draw(500..<2_500))
                if draw(0..<2) == 0 { try await kill("x") } else { try await stop("x") }
            }
            return "\(times) times"
        case .fullDisk, .damagedCheckpoint, .foreignCheckpoint, .oldCheckpoint:
            return try await strikeCheckpoints(fault, name)
        default:
            return try await strikeKafka(fault)
        }
    }

    private func killInPublication() async throws -> String {
        let before = instances.mapValues { published($0) }
        var found = "nobody"
        try await wait(upTo: 4_000) {
            guard let one = instances.first(where: { published($0.value) != before[$0.key] }) else { return false }
            found = one.key
            return true
        }
        guard found != "nobody" else { return found }
        let later = draw(0..<40)
        try await pause(later)
        try await kill(found)
        try start(found)
        return "\(found), \(later) ms later"
    }

    /// Returns the number of models that an instance's log reports.
    private func published(_ instance: ShoalProcess) -> Int {
        instance.log.components(separatedBy: "published a model").count
    }

    private func scale(_ name: String) async throws -> String {
        for other in Self.names where other != name { try await stop(other) }
        try await pause(draw(0..<1_500))
        try ensureAll()
        try start("d")
        try await pause(draw(500..<3_000))
        try await stop("d")
        try await stop(Self.names.first { $0 != name } ?? "a")
        try await pause(draw(0..<1_500))
        try ensureAll()
        return "down to \(name)"
    }
}
