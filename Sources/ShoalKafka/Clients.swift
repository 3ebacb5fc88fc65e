internal import CShoalRdKafka
import Synchronization

/// The running clients of a configuration, for changes at run time.
public final class Clients: Sendable {
    private struct Credentials {
        var user: String
        var password: String
    }

    private struct Client {
        weak var handle: Handle?
    }

    private struct State {
        var credentials: Credentials?
        var clients: [Client] = []
    }

    private let state = Mutex(State())

    /// Creates an empty set.
    public init() {}

    /// Sets another user and password (SASL PLAIN and SCRAM) for the future connections of all current and future
    /// clients. Open connections remain.
    /// - Returns: The error of a client that rejects them; `nil` if there is none.
    public func authenticate(_ user: String, _ password: String) -> KafkaError? {
        // Handles without another owner are released outside the lock.
        let handles = state.withLock { state in
            state.credentials = Credentials(user: user, password: password)
            return state.clients.compactMap(\.handle)
        }
        return handles.lazy.compactMap { $0.authenticate(user, password) }.first
    }

    func add(_ handle: Handle) {
        let credentials = state.withLock { state in
            state.clients.removeAll { $0.handle == nil }
            state.clients.append(Client(handle: handle))
            return state.credentials
        }
        // The client may have been created before the change and added after it.
        if let credentials { _ = handle.authenticate(credentials.user, credentials.password) }
    }
}

extension Handle {
    fileprivate func authenticate(_ user: String, _ password: String) -> KafkaError? {
        guard let error = unsafe rd_kafka_sasl_set_credentials(pointer, user, password) else { return nil }
        return unsafe KafkaError(consuming: error, .changingCredentials)
    }
}
