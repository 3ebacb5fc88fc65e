public import ShoalClustering

/// Encodes the coordinator's phase as `v1;model=genesis` or `v1;model=412`, the last published model.
public enum ModelMetadata {
    public static func text(_ version: Epoch?) -> String {
        version.map { "v1;model=\($0)" } ?? "v1;model=genesis"
    }

    /// Returns the last model's version, `.some(nil)` for the genesis model, or `nil` for other text.
    public static func version(_ text: String) -> Epoch?? {
        guard text.hasPrefix("v1;model=") else { return nil }
        let value = text.dropFirst("v1;model=".count)
        if value == "genesis" { return .some(nil) }
        guard let epoch = Epoch(value), Limits.epochs.contains(epoch) else { return nil }
        return .some(epoch)
    }
}
