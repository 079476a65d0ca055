import AuditLedger
import ObjectStorage

/// A way to write the rows of a query, one by one.
protocol RowFormat: Sendable {
  /// What stands before the rows.
  mutating func begin(_ columns: [String]) -> String
  /// What a row adds; may be nothing yet.
  mutating func row(_ values: [QueryValue]) -> String
  /// What stands behind the rows; `isWhole` is false where trouble ended them.
  mutating func end(isWhole: Bool) -> String
}

/// One JSON object a line; BLOBs as percent-encoded text.
struct JSONRows: RowFormat {
  private var names: [String] = []

  mutating func begin(_ columns: [String]) -> String {
    var seen: [String: Int] = [:]
    // A name that comes twice would hide a value.
    names = columns.map { column in
      seen[column, default: 0] += 1
      let count = seen[column] ?? 1
      return JSONText.string(count > 1 ? "\(column)_\(count)" : column)
    }
    return ""
  }

  mutating func row(_ values: [QueryValue]) -> String {
    "{" + zip(names, values).map { "\($0):\(JSONText.value($1))" }.joined(separator: ",") + "}\n"
  }

  mutating func end(isWhole: Bool) -> String { "" }
}

/// RFC 4180 with a header; NULL is an empty cell, an empty text is quoted.
struct CSVRows: RowFormat {
  mutating func begin(_ columns: [String]) -> String {
    columns.map { Self.cell($0) }.joined(separator: ",") + "\r\n"
  }

  mutating func row(_ values: [QueryValue]) -> String {
    values.map { value in
      switch value {
      case .null: ""
      case .integer(let number): String(number)
      case .real(let number): JSONText.number(number)
      case .text(let text): Self.cell(text)
      case .bytes(let bytes): Self.cell(ObjectKey(bytes: bytes).percentEncoded)
      }
    }.joined(separator: ",") + "\r\n"
  }

  mutating func end(isWhole: Bool) -> String { "" }

  private static func cell(_ text: String) -> String {
    let needsQuotes = text.isEmpty || text.utf8.contains { [0x22, 0x2C, 0x0D, 0x0A].contains($0) }
    guard needsQuotes else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

/// Values as JSON writes them.
enum JSONText {
  static func value(_ value: QueryValue) -> String {
    switch value {
    case .null: "null"
    case .integer(let number): String(number)
    case .real(let number): Self.number(number)
    case .text(let text): string(text)
    case .bytes(let bytes): string(ObjectKey(bytes: bytes).percentEncoded)
    }
  }

  /// Infinity has no spelling; a number that is read as it has.
  static func number(_ number: Double) -> String {
    number.isFinite ? "\(number)" : number < 0 ? "-9e999" : "9e999"
  }

  /// Control characters of every kind are escaped, so that no terminal obeys them.
  static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
