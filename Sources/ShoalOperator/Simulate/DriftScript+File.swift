import Foundation
package import ShoalGenerator

extension DriftScript {
    /// Reads a script.
    /// - Throws: `InputError` if the file cannot be read, or a line is invalid.
    package init(file: String) throws {
        guard let content = FileManager.default.contents(atPath: file) else {
            throw InputError(description: "\(file): cannot be read")
        }
        do throws(DriftScriptError) {
            self = try DriftScript(text: String(decoding: content, as: UTF8.self))
        } catch {
            throw InputError(description: "\(file):\(error.line): \(error)")
        }
    }
}
