internal import CShoalOpenSSL

/// Parameters of a function of OpenSSL, by name.
struct OpenSSLParameters {
    private struct Entry {
        var name: StaticString
        var isText: Bool
        var range: Range<Int>
    }

    private var entries: [Entry] = []
    /// The values, one after the other.
    private var storage: [UInt8] = []

    mutating func add(_ name: StaticString, text: String) {
        add(name, Array(text.utf8), isText: true)
        // The zero at the end is not part of the value.
        storage.append(0)
    }

    mutating func add(_ name: StaticString, bytes: [UInt8]) {
        add(name, bytes, isText: false)
    }

    private mutating func add(_ name: StaticString, _ value: [UInt8], isText: Bool) {
        entries.append(Entry(name: name, isText: isText, range: storage.count..<storage.count + value.count))
        storage += value
    }

    /// Calls `body` with the parameters, which are valid until it returns.
    @unsafe mutating func pass(to body: (UnsafePointer<OSSL_PARAM>) -> Int32) -> Int32 {
        // An empty array may have no address, and OpenSSL takes a value without one for a missing value.
        storage.append(0)
        let entries = entries
        return unsafe storage.withUnsafeMutableBytes { storage in
            var parameters = unsafe entries.map { entry in
                // Safe: a static string is constant, and ends with a zero.
                let name = unsafe UnsafeRawPointer(entry.name.utf8Start).assumingMemoryBound(to: CChar.self)
                let value = unsafe storage.baseAddress.map { unsafe $0 + entry.range.lowerBound }
                return unsafe entry.isText
                    ? OSSL_PARAM_construct_utf8_string(
                        name, value?.assumingMemoryBound(to: CChar.self), entry.range.count)
                    : OSSL_PARAM_construct_octet_string(name, value, entry.range.count)
            }
            unsafe parameters.append(OSSL_PARAM_construct_end())
            return unsafe body(parameters)
        }
    }
}
