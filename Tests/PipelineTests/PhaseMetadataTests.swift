import ShoalClustering
import ShoalPipeline
import Testing

@Suite("Phases in committed offsets")
struct PhaseMetadataTests {
    @Test(
        "a phase is read back unchanged",
        arguments: [
            (Phase.genesis, "v1;genesis"), (.open(412), "v1;open=412"), (.open(-3), "v1;open=-3"),
            (.waiting(413, after: nil), "v1;waiting=413"),
            (.waiting(413, after: 0xab), "v1;waiting=413;at=000000000000000000000000000000ab"),
            (.rotating(413, .joining, after: nil), "v1;joining=413"),
            (.rotating(413, .leaving, after: 0xab), "v1;leaving=413;at=000000000000000000000000000000ab"),
        ])
    func roundTrip(phase: Phase, text: String) {
        #expect(PhaseMetadata.text(phase) == text)
        #expect(PhaseMetadata.phase(text) == phase)
    }

    @Test(
        "an invalid phase is refused",
        arguments: [
            "", "v1", "v2;genesis", "v1;open", "v1;open=", "v1;open=x", "v1;waiting=4;at=ab", "v1;genesis;x",
            "v1;waiting=413;at=+00000000000000000000000000000ab",
        ])
    func refused(text: String) {
        #expect(PhaseMetadata.phase(text) == nil)
    }

    @Test("the coordinator's phase names the last model")
    func models() {
        #expect(ModelMetadata.version(ModelMetadata.text(nil)) == .some(nil))
        #expect(ModelMetadata.version(ModelMetadata.text(-7)) == .some(-7))
        #expect(ModelMetadata.version("v1;open=3") == nil)
    }
}
