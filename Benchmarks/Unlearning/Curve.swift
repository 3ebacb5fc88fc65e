import Foundation

/// The outcomes of erasures of viewers of one age.
struct Curve: Encodable {
    /// The viewers of the stream.
    let viewers: Int
    /// The number of epochs between a viewer's first and its erasure.
    let age: Int
    let erasures: Int
    /// For each number of epochs after the erasure, from 0 on, the share of erasures after which the models are the same
    /// within it.
    let shares: [Double]
    /// The mean and the largest share of other members that are in another cluster at the end.
    let elsewhere: [Double]
    /// The least cosine of a cluster's centroids at the end: the median and the least of all erasures.
    let similarity: [Double]

    init(viewers: Int, age: Int, _ outcomes: [ErasureRun.Outcome], epochs: Int) {
        (self.viewers, self.age, erasures) = (viewers, age, outcomes.count)
        let count = Double(max(outcomes.count, 1))
        shares = (0..<epochs).map { epoch in
            Double(outcomes.count { ($0.delay ?? .max) <= epoch }) / count
        }
        let moved = outcomes.map(\.elsewhere)
        elsewhere = [moved.reduce(0, +) / count, moved.max() ?? 0]
        let similar = outcomes.map(\.similarity).sorted()
        similarity = [similar.isEmpty ? 1 : similar[similar.count / 2], similar.first ?? 1]
    }

    var name: String {
        "\(viewers) viewers, \(age == 0 ? "in no model yet" : "erased after \(age) epoch\(age == 1 ? "" : "s")")"
    }

    /// The columns of the table.
    private static let columns = [0, 1, 5, 20, 60]

    static func table(_ curves: [Self]) -> String {
        var lines = [
            "| stream | erasures | "
                + columns.map { $0 == 0 ? "the same at once" : "within \($0)" }.joined(separator: " | ")
                + " | others elsewhere at the end, mean and most | least cosine of a centroid, median and least |",
            "| --- | --- |" + columns.map { _ in " --- |" }.joined() + " --- | --- |",
        ]
        for curve in curves {
            let shares = columns.map { String(format: "%.0f %%", curve.shares[$0] * 100) }
            let moved = curve.elsewhere.map { String(format: "%.2f %%", $0 * 100) }
            let similar = curve.similarity.map { String(format: "%.4f", $0) }
            lines.append(
                "| \(curve.name) | \(curve.erasures) | \(shares.joined(separator: " | ")) | "
                    + "\(moved.joined(separator: ", ")) | \(similar.joined(separator: ", ")) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A picture of the curves.
    static func picture(_ curves: [Self]) -> String {
        let (width, height) = (560.0, 280.0)
        let colours = [
            "#1b6ca8", "#d1495b", "#66a182", "#edae49", "#5f4b8b", "#30343f", "#8d6a9f", "#00798c", "#a44a3f",
            "#7a9e7e",
        ]
        let epochs = max(curves.map(\.shares.count).max() ?? 1, 2) - 1
        func x(_ epoch: Int) -> Double { 50 + Double(epoch) / Double(epochs) * width }
        func y(_ share: Double) -> Double { 20 + (1 - share) * height }
        func text(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
            String(format: #"<text x="%.1f" y="%.1f" text-anchor="\#(anchor)">"#, x, y) + text + "</text>"
        }
        let total = 64 + height + 18 * Double(curves.count)
        var lines = [
            #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 \#(Int(total))" font-family="sans-serif" "#
                + #"font-size="12"><rect width="640" height="\#(Int(total))" fill="white"/>"#
        ]
        for share in stride(from: 0, through: 100, by: 25) {
            let place = y(Double(share) / 100)
            lines.append(String(format: #"<path d="M50 %.1fh%.0f" stroke="lightgray"/>"#, place, width))
            lines.append(text(44, place + 4, "end", "\(share) %"))
        }
        for epoch in stride(from: 0, through: epochs, by: 10) {
            lines.append(text(x(epoch), 36 + height, "middle", "\(epoch)"))
        }
        lines.append(text(50 + width / 2, 52 + height, "middle", "epochs after the erasure"))
        for (index, curve) in curves.enumerated() {
            let points = curve.shares.enumerated().map { String(format: "%.1f,%.1f", x($0), y($1)) }
            let colour = colours[index % colours.count]
            lines.append(
                #"<polyline points="\#(points.joined(separator: " "))" fill="none" stroke="\#(colour)" stroke-width="2"/>"#
            )
            let place = 70 + height + 18 * Double(index)
            lines.append(String(format: #"<path d="M50 %.1fh20" stroke="\#(colour)" stroke-width="2"/>"#, place - 4))
            lines.append(text(76, place, "start", curve.name))
        }
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }
}
