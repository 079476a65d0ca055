import Inventory
import Migration
import ObjectStorage

/// What a migration would cost, for people.
struct CostSection {
  private let cost: CostSheet
  private let rates: CostRates

  init(_ cost: CostSheet, _ rates: CostRates) {
    self.cost = cost
    self.rates = rates
  }

  var text: String {
    let lines = ["cost of a migration, estimated: \(Wording.objects(cost.objects)) to read and to send"]
    return (lines + [requests] + [largest, times].compactMap(\.self) + assumptions).joined(separator: "\n")
  }

  private var requests: String {
    var table = TextTable(["requests", "source", "destination"], [.left, .right, .right])
    for (name, count) in CostSheet.kinds {
      let (source, destination) = (cost.source[keyPath: count], cost.destination[keyPath: count])
      guard source > 0 || destination > 0 else { continue }
      table.add([name, Wording.count(source), Wording.count(destination)])
    }
    table.add(["all", Wording.count(cost.source.all), Wording.count(cost.destination.all)])
    return table.text
  }

  private var largest: String? {
    cost.largest.map { largest in
      let cut =
        largest.partSize.map { "\(Wording.count(largest.parts)) parts of \(Wording.roundSize($0))" }
        ?? "in one request"
      return "largest object: \(Wording.size(largest.size)), \(cut): \(largest.key.shown)"
    }
  }

  private var times: String? {
    let seconds = rates.seconds(cost)
    var words: [String] = []
    if let rate = rates.bytesPerSecond, let time = seconds.bytes {
      words.append("\(Wording.duration(seconds: time)) at \(Wording.roundSize(rate))/s")
    }
    if let rate = rates.requestsPerSecond, let time = seconds.requests {
      words.append("\(Wording.duration(seconds: time)) at \(Wording.count(rate)) requests/s")
    }
    guard !words.isEmpty else { return nil }
    return "time: " + words.joined(separator: ", ") + (words.count > 1 ? "; the longer one counts" : "")
  }

  private var assumptions: [String] { ["assumed:"] + cost.assumptions.map { "  \($0)" } }
}

extension CostSheet {
  /// The kinds of requests and their names, for people.
  static var kinds: [(name: String, count: KeyPath<Requests, Int64>)] {
    [
      ("LIST", \.list), ("GET", \.get), ("GET of a range", \.rangedGet), ("HEAD", \.head), ("PUT", \.put),
      ("create an upload", \.createUpload), ("upload a part", \.uploadPart),
      ("complete an upload", \.completeUpload), ("probe of Content-MD5", \.probe),
    ]
  }
}
