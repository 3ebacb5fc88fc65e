import Foundation
import ShoalClustering
import TestSupport

extension FaultWorld {
    /// Injects a checkpoint fault.
    /// - Returns: The details of the fault.
    func strikeCheckpoints(_ fault: Fault, _ name: String) async throws -> String {
        guard let place = checkpoints else { return "nowhere" }
        // Before the first snapshot there are none.
        try await wait(upTo: 5_000) { place.files.count == Int(Load.partitions) }
        if fault == .fullDisk { return try await fill(place, name) }
        if fault == .oldCheckpoint { return try await putBack(place) }
        for other in instances.keys.sorted() { try await kill(other) }
        var expected = 0
        var kinds: Set<String> = []
        for file in place.files where expected == 0 || draw(0..<3) > 0 {
            if fault == .damagedCheckpoint {
                let harm = CheckpointPlace.Harm.allCases[draw(0..<CheckpointPlace.Harm.allCases.count)]
                try place.damage(file, harm, at: random.uniform())
                kinds.insert("\(harm)")
            } else {
                let all = CheckpointPlace.Stranger.allCases
                let stranger = all[draw(0..<all.count)]
                try await place.estrange(file, application, stranger)
                kinds.insert("\(stranger)")
            }
            expected += 1
        }
        try ensureAll()
        // An instance that takes over a partition sets an unusable file aside.
        try await wait(upTo: 30_000) { said("checkpoint cannot be used: reading the state topic") >= expected }
        let found = said("checkpoint cannot be used: reading the state topic")
        if found < expected { find("\(fault.rawValue): \(found) of \(expected) files were refused") }
        return "\(expected) files, all instances killed: \(kinds.sorted().joined(separator: ", "))"
    }

    /// Returns the number of log lines of the running instances that contain `text`.
    private func said(_ text: String) -> Int {
        instances.values.reduce(0) { $0 + $1.log.components(separatedBy: text).count - 1 }
    }

    /// Fills the disk, kills an instance, and starts another one on the full disk.
    private func fill(_ place: CheckpointPlace, _ name: String) async throws -> String {
        let text = "checkpoint cannot be written: keeping the previous one"
        let before = said(text)
        try place.fill()
        try await wait(upTo: 10_000) { said(text) > before }
        if said(text) == before { find("\(Fault.fullDisk.rawValue): nobody told of it") }
        try await kill(name)
        if !place.isDisk { try place.free() }
        try start(name)
        try await pause(draw(0..<4_000))
        if place.isDisk { try place.free() }
        return place.isDisk ? "and \(name) killed" : "(no disk could be mounted: no directory there) and \(name) killed"
    }

    /// Replaces the files with copies from some seconds ago, as a restore of the host would.
    private func putBack(_ place: CheckpointPlace) async throws -> String {
        let old = try place.files.map { ($0, try Data(contentsOf: $0)) }
        let time = draw(1_500..<5_000)
        try await pause(time)
        for other in instances.keys.sorted() { try await kill(other) }
        for (file, bytes) in old { try bytes.write(to: file) }
        try ensureAll()
        return "of \(time) ms ago, all instances killed"
    }
}
