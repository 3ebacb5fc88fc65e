internal import CIntrinsics

/// Fetches memory ahead: a look-up among many members waits for nothing but memory, which can be asked for some events before.
enum Prefetch {
    /// Begins to fetch the line in which an element begins.
    @inline(__always)
    static func line<Element>(of array: borrowing [Element], at index: Int) {
        unsafe array.withUnsafeBufferPointer { buffer in
            // Safe: nothing is read, whatever the address.
            unsafe prefetch_line(buffer.baseAddress.map { unsafe $0 + index })
        }
    }

    /// Begins to fetch the lines in which an element begins and ends.
    @inline(__always)
    static func lines<Element>(of array: borrowing [Element], at index: Int) {
        unsafe array.withUnsafeBufferPointer { buffer in
            // Safe: as above.
            guard let base = buffer.baseAddress else { return }
            unsafe prefetch_line(base + index)
            unsafe prefetch_line(UnsafeRawPointer(base + index + 1) - 1)
        }
    }
}
