internal import CRdKafka
import Synchronization

/// The running clients of one configuration, for what can be changed while they run.
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

    /// There are none yet.
    public init() {}

    /// Has all clients, and those to come, authenticate with another user and password (SASL PLAIN and SCRAM) from their next
    /// connection on. Connections that are open stay.
    /// - Returns: why a client does not take them; nil: all do.
    public func authenticate(_ user: String, _ password: String) -> KafkaError? {
        // Handles that nobody else has any more are let go outside of the lock.
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
        // It may have been made of the settings before the change, and been added after it.
        if let credentials { _ = handle.authenticate(credentials.user, credentials.password) }
    }
}

extension Handle {
    fileprivate func authenticate(_ user: String, _ password: String) -> KafkaError? {
        guard let error = unsafe rd_kafka_sasl_set_credentials(pointer, user, password) else { return nil }
        return unsafe KafkaError(consuming: error, "changing user and password")
    }
}
