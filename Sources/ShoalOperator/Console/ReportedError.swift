/// An error that has already been logged.
package struct ReportedError: Error {
    package var error: any Error
}
