import Foundation
import Testing

@testable import Pipeline

@Suite("The simulation")
struct SimulationTests {
    @Test("whatever goes wrong, the result is that of the undisturbed run")
    func random() {
        let environment = ProcessInfo.processInfo.environment
        if let trace = environment["SHOAL_SIMULATION_TRACE"].flatMap({ UInt64($0) }) {
            do {
                try Simulation(Scenario.random(trace), log: { print($0) }).run()
            } catch {
                print("seed \(trace): \(error)")
            }
            return
        }
        let seconds = environment["SHOAL_SIMULATION_SECONDS"].flatMap { Double($0) } ?? 20
        let first = environment["SHOAL_SIMULATION_SEED"].flatMap { UInt64($0) } ?? 0
        let start = ContinuousClock.now
        var runs: UInt64 = 0
        var failed = 0
        while ContinuousClock.now - start < .seconds(seconds) {
            let scenario = Scenario.random(first + runs)
            runs += 1
            do {
                try Simulation(scenario).run()
            } catch {
                failed += 1
                print("seed \(scenario.seed): \(error)")
                if failed > 20 { break }
            }
        }
        print("\(runs) runs, \(failed) failed, \(ContinuousClock.now - start)")
        #expect(failed == 0)
    }
}
