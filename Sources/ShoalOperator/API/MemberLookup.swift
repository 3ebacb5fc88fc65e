import Foundation
import ShoalOperations
import ShoalPipeline
import ShoalSchemas
import ShoalSettings
import Synchronization

/// Tells analysts where one viewer is, after a line in the audit log, and as often as permitted.
final class MemberLookup: Sendable {
    /// The action of lines in the audit log.
    static let action = "lookup"

    private struct Question: Decodable {
        /// The most Unicode scalars of a viewer's id, and of a reason.
        static let longest = 1_024

        var viewer: String
        var reason: String

        var isValid: Bool {
            !viewer.isEmpty && reason.utf8.contains { (0x21...0x7E).contains($0) }
                && max(viewer.unicodeScalars.count, reason.unicodeScalars.count) <= Self.longest
        }
    }

    struct Answer: Encodable {
        var cluster: UInt32?
        var model: Int64?
        /// The topics that the cluster's description names and the viewer watches, the one watched most first.
        var topics: [String]
    }

    struct Audit: Encodable {
        /// The lines as they stand in the file, the newest first.
        var lines: [String]
    }

    private let find: @Sendable (String) async throws -> Instance.Lookup
    private let describe: @Sendable (UInt32) -> [String]
    private let trail: AuditTrail?
    private let limit: Int
    private let logger: Logger
    /// The port of this API, which other instances have, too.
    private let port = Mutex<UInt16>(0)
    private let scheme: String
    /// The lookups of a day, counted from 1970, by the tokens' names. Locked while a line is left, so that several lookups at once do
    /// not pass the limit.
    private let counts = Mutex<(day: Int, of: [String: Int])>((day: 0, of: [:]))
    private let user = AuditUser.current()

    /// - Parameter describe: Returns the topics that the description of a published cluster names.
    init(
        _ configuration: Configuration, _ logger: Logger, describe: @escaping @Sendable (UInt32) -> [String],
        find: @escaping @Sendable (String) async throws -> Instance.Lookup
    ) {
        trail = AuditTrail(configuration)
        limit = configuration[\.apiLookupLimit]
        scheme = InstanceAPI.scheme(configuration)
        (self.find, self.describe, self.logger) = (find, describe, logger)
    }

    /// Tells on which port this API is served.
    func isServed(on port: UInt16) {
        self.port.withLock { $0 = port }
    }

    /// Answers a request with a viewer and a reason.
    func find(_ request: HTTPRequest) throws(ClusterAPI.Problem) -> Answer {
        guard let bearer = request.bearer else {
            throw .init(
                status: 403,
                detail: "members are found only with api.access-file or api.oidc.issuer, which say who asks")
        }
        guard let trail else {
            throw .init(status: 503, detail: "audit.file is not set: a lookup must leave a line in it")
        }
        guard let question = try? JSONDecoder().decode(Question.self, from: Data(request.body)),
            question.isValid
        else {
            throw .init(
                status: 400,
                detail: #"the body must be {"viewer": "ID", "reason": "TEXT"}, of at most 1024 characters each"#)
        }
        switch try outcome(of: question.viewer) {
        case .unknownPartition:
            throw .init(status: 503, detail: "input.partitioner is any: it is not known who has the viewer's partition")
        case .elsewhere(nil):
            throw .init(status: 503, detail: "no instance has the viewer's partition: try again")
        case .elsewhere(let host?):
            let name = host.contains(":") ? "[\(host)]" : host
            throw .init(
                status: 307, detail: "another instance has the viewer's partition: send the request there",
                location: "\(scheme)://\(name):\(port.withLock { $0 })/v1/members:lookup")
        case .found(let place):
            try record(place, question.reason, bearer.name, trail)
            let told = Set(place.cluster.map(describe) ?? [])
            return Answer(cluster: place.cluster, model: place.model, topics: place.topics.filter(told.contains))
        }
    }

    /// Waits for the instance, on the thread of the connection.
    private func outcome(of viewer: String) throws(ClusterAPI.Problem) -> Instance.Lookup {
        let (found, semaphore) = (Found(), DispatchSemaphore(value: 0))
        // Beside a backlog, it does not wait behind the work of all partitions.
        Task(priority: .high) { [find] in
            let result = try? await find(viewer)
            found.value.withLock { $0 = result }
            semaphore.signal()
        }
        semaphore.wait()
        guard let outcome = found.value.withLock({ $0 }) else {
            throw .init(status: 503, detail: "brokers do not answer: try again")
        }
        return outcome
    }

    private final class Found: Sendable {
        let value = Mutex<Instance.Lookup?>(nil)
    }

    /// Leaves the line before anything is told.
    private func record(
        _ place: Instance.Place, _ reason: String, _ bearer: String, _ trail: AuditTrail
    ) throws(ClusterAPI.Problem) {
        let result: Result<Void, any Error> = counts.withLock { counts in
            Result {
                let now = Date()
                let day = Int(now.timeIntervalSince1970 / 86_400)
                if counts.day != day { counts = (day, [:]) }
                // The log knows of those before this instance was started. It is read once, because it may be long.
                let count = try counts.of[bearer] ?? trail.log.count(Self.action, by: bearer, onDayOf: now)
                counts.of[bearer] = count
                guard count < limit else {
                    throw ClusterAPI.Problem(
                        status: 429, detail: "\(limit) lookups a day are permitted to each token (api.lookup-limit)")
                }
                let access = AuditLog.Access(
                    action: Self.action, member: place.pseudonym, reason: reason, bearer: bearer)
                try trail.append([access], user: user)
                counts.of[bearer] = count + 1
            }
        }
        do {
            try result.get()
        } catch let problem as ClusterAPI.Problem {
            throw problem
        } catch {
            logger.log(.error, "a lookup was refused, because the audit log cannot be written", [("error", "\(error)")])
            throw .init(status: 503, detail: "the audit log cannot be written, so nothing is told")
        }
    }

    /// Returns the last lines of this instance's audit log.
    func audit(_ count: Int64) throws(ClusterAPI.Problem) -> Audit {
        guard (1...1_000).contains(count) else { throw .init(status: 400, detail: "limit must be 1 to 1000") }
        guard let trail, let lines = try? trail.log.last(Int(count)) else {
            throw .init(status: 503, detail: "there is no audit log that can be read (audit.file)")
        }
        return Audit(lines: lines)
    }
}
