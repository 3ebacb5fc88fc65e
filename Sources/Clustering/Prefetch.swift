public import CIntrinsics

/// Fetches memory ahead: a look-up among many members waits for nothing but memory, which can be asked for some events before.
public enum Prefetch {
    /// Begins to fetch the line in which an element begins.
    @inlinable
    @inline(__always)
    public static func line<Element>(of array: borrowing [Element], at index: Int) {
        unsafe array.withUnsafeBufferPointer { buffer in
            // Safe: nothing is read, whatever the address.
            unsafe prefetch_line(buffer.baseAddress.map { unsafe $0 + index })
        }
    }

    /// Begins to fetch the lines of a short range of elements.
    @inlinable
    @inline(__always)
    public static func lines<Element>(of array: borrowing [Element], in range: Range<Int>) {
        unsafe array.withUnsafeBufferPointer { buffer in
            // Safe: as above.
            guard let base = buffer.baseAddress else { return }
            var line = unsafe UnsafeRawPointer(base + range.lowerBound)
            let end = unsafe UnsafeRawPointer(base + range.upperBound)
            while unsafe line < end {
                unsafe prefetch_line(line)
                unsafe line += 64
            }
            // Where it begins in the middle of a line, it ends in one more.
            unsafe prefetch_line(end - 1)
        }
    }
}
