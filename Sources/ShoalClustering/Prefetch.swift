public import CShoalIntrinsics

/// Prefetches memory. A look-up among many members waits for memory only, which can be requested some events earlier.
public enum Prefetch {
    /// Prefetches the cache line in which an element begins.
    @inlinable
    @inline(__always)
    public static func line<Element>(of array: borrowing [Element], at index: Int) {
        unsafe array.withUnsafeBufferPointer { buffer in
            // Safe: a prefetch reads nothing and accepts any address.
            unsafe prefetch_line(buffer.baseAddress.map { unsafe $0 + index })
        }
    }

    /// Prefetches the cache lines of a short range of elements.
    @inlinable
    @inline(__always)
    public static func lines<Element>(of array: borrowing [Element], in range: Range<Int>) {
        unsafe array.withUnsafeBufferPointer { buffer in
            // Safe: a prefetch reads nothing and accepts any address.
            guard let base = buffer.baseAddress else { return }
            var line = unsafe UnsafeRawPointer(base + range.lowerBound)
            let end = unsafe UnsafeRawPointer(base + range.upperBound)
            while unsafe line < end {
                unsafe prefetch_line(line)
                unsafe line += 64
            }
            // A range that begins in the middle of a line ends in another one.
            unsafe prefetch_line(end - 1)
        }
    }
}
