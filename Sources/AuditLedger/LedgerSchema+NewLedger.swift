extension LedgerSchema {
  /// The statements of all versions for a new ledger: tables with all their columns first, nothing that a later
  /// statement drops, and nothing for rows of then.
  ///
  /// A column that is added makes SQLite read every table, view and trigger again that is there already: with those of
  /// all versions one by one, a new ledger took longer than the migration of a hundred small objects.
  static func inOneGo(_ statements: [String]) -> [String] {
    var tables: [String] = []
    var others: [String] = []
    for statement in statements {
      let words = words(of: statement)
      let isDropped = { (other: String) in Self.words(of: other).prefix(3) == ["CREATE"] + words[1..<3] }
      switch words.prefix(2) {
      case ["CREATE", "VIEW"], ["CREATE", "TRIGGER"]: others.append(statement)
      case ["DROP", "VIEW"], ["DROP", "TRIGGER"]: others.removeAll(where: isDropped)
      case ["DROP", "INDEX"], ["DROP", "TABLE"]: tables.removeAll(where: isDropped)
      case ["ALTER", "TABLE"]:
        let altered = tables.lastIndex { Self.words(of: $0).prefix(3) == ["CREATE", "TABLE", words[2]] }
        if let altered, let table = adding(statement, to: tables[altered]) {
          tables[altered] = table
        } else {
          tables.append(statement)
        }
      case _ where words.first == "INSERT" || words.first == "UPDATE": break
      default: tables.append(statement)
      }
    }
    return tables + others
  }

  /// The first words, enough to tell what a statement does.
  private static func words(of statement: String) -> [Substring] {
    statement.split(maxSplits: 5, omittingEmptySubsequences: true) { $0 == " " || $0 == "\n" }
  }

  /// A table with one more column, spelled as SQLite keeps it; nil where the statement adds none.
  ///
  /// SQLite puts it behind the other columns: before the comma in front of the table's constraints, or the bracket.
  private static func adding(_ statement: String, to table: String) -> String? {
    let words = words(of: statement)
    guard words.count == 6, words[3...4] == ["ADD", "COLUMN"], let open = table.firstIndex(of: "(") else {
      return nil
    }
    let column = "\(words[5])"
    var (depth, isText) = (0, false)
    var comma: String.Index?
    var end: String.Index?
    for index in table[open...].indices where end == nil {
      switch table[index] {
      case "'": isText.toggle()
      case "(" where !isText: depth += 1
      case ")" where !isText:
        depth -= 1
        if depth == 0 { end = index }
      case "," where !isText && depth == 1 && comma == nil:
        let rest = table[table.index(after: index)...].drop { $0 == " " || $0 == "\n" }
        if constraints.contains(where: { rest.hasPrefix($0) }) { comma = index }
      default: break
      }
    }
    guard let place = comma ?? end else { return nil }
    return table[..<place] + ", " + column + table[place...]
  }

  private static let constraints = ["PRIMARY KEY", "CHECK", "UNIQUE", "FOREIGN KEY", "CONSTRAINT"]
}
