import Foundation

/// The path of the log of real events, which is not part of the project; `nil` if absent.
public let sharedEvents: String? = TestBroker.sharedFolder
    .map { $0.appending(path: "data/kuairand-watch-events.ndjson.gz").path }
    .flatMap { FileManager.default.isReadableFile(atPath: $0) ? $0 : nil }
