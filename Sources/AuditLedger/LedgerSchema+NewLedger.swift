extension LedgerSchema {
  /// The statements of all versions for a new ledger: tables with all their columns first, nothing that a later
  /// statement drops, and nothing for rows of then.
  ///
  /// A column that is added makes SQLite read every table, view and trigger again that is there already: with those of
  /// all versions one by one, a new ledger took longer than the migration of a hundred small objects.
  static func inOneGo(_ statements: [String]) -> [String] {
    var tables: [NewStatement] = []
    var others: [NewStatement] = []
    for statement in statements.map(NewStatement.init) {
      let words = statement.words
      switch words.prefix(2) {
      case ["CREATE", "VIEW"], ["CREATE", "TRIGGER"]: others.append(statement)
      case ["DROP", "VIEW"], ["DROP", "TRIGGER"]: others.removeAll { $0.makes(words[1...]) }
      case ["DROP", "INDEX"], ["DROP", "TABLE"]: tables.removeAll { $0.makes(words[1...]) }
      case ["ALTER", "TABLE"]:
        let altered = tables.lastIndex { $0.makes(["TABLE", words[2]]) }
        if let altered, let table = tables[altered].with(statement) {
          tables[altered] = table
        } else {
          tables.append(statement)
        }
      case _ where words.first == "INSERT" || words.first == "UPDATE": break
      default: tables.append(statement)
      }
    }
    return (tables + others).map(\.text)
  }
}

/// A statement of the schema, and what it begins with.
private struct NewStatement {
  let text: String
  /// The first six at most, the last of them with all that follows.
  let words: [String]

  init(_ text: String) {
    self.text = text
    words = text.utf8.split(maxSplits: 5, omittingEmptySubsequences: true) { $0 == 0x20 || $0 == 0x0a }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  func makes(_ what: ArraySlice<String>) -> Bool {
    words.first == "CREATE" && words.dropFirst().prefix(what.count) == what
  }

  /// The table with one more column, spelled as SQLite keeps it; nil where the statement adds none.
  ///
  /// SQLite puts it behind the other columns: before the comma in front of the table's constraints, or the bracket.
  func with(_ statement: NewStatement) -> NewStatement? {
    guard statement.words.count == 6, statement.words[3...4] == ["ADD", "COLUMN"] else { return nil }
    let bytes = Array(text.utf8)
    var (depth, isText) = (0, false)
    for (place, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "'"): isText.toggle()
      case UInt8(ascii: "(") where !isText: depth += 1
      case UInt8(ascii: ")") where !isText: depth -= 1
      default: break
      }
      let isEnd = depth == 0 && byte == UInt8(ascii: ")")
      let isComma = depth == 1 && byte == UInt8(ascii: ",") && !isText
      guard isEnd || (isComma && Self.isConstraint(bytes[(place + 1)...])) else { continue }
      let column = Array(", \(statement.words[5])".utf8)
      return NewStatement(String(decoding: bytes[..<place] + column + bytes[place...], as: UTF8.self))
    }
    return nil
  }

  private static func isConstraint(_ bytes: ArraySlice<UInt8>) -> Bool {
    let rest = bytes.drop { $0 == 0x20 || $0 == 0x0a }
    return constraints.contains { rest.starts(with: $0.utf8) }
  }

  private static let constraints = ["PRIMARY KEY", "CHECK", "UNIQUE", "FOREIGN KEY", "CONSTRAINT"]
}
