/// A file of `[section]` and `key = value` lines, as the vendors' tools keep their settings.
///
/// Names of keys are compared in lower case, and without `-` and `_` where the tool takes every spelling. Indented lines belong to settings that are not read here.
struct SettingsFile {
  private var sections: [String: [String: String]] = [:]

  init(parsing text: String, ignoringSeparators: Bool = false) {
    var section = ""
    for line in text.split(whereSeparator: \.isNewline) {
      guard let first = line.first, !first.isWhitespace, first != "#", first != ";" else { continue }
      if first == "[" {
        section = Self.trimmed(line.dropFirst().prefix { $0 != "]" })
        sections[section, default: [:]] = sections[section] ?? [:]
      } else if let equals = line.firstIndex(of: "=") {
        var name = Self.trimmed(line[..<equals]).lowercased()
        if ignoringSeparators { name.removeAll { $0 == "-" || $0 == "_" } }
        sections[section, default: [:]][name] = Self.trimmed(line[line.index(after: equals)...])
      }
    }
  }

  func has(section: String) -> Bool { sections[section] != nil }

  /// The value of a key, where it is there and not empty.
  func value(_ key: String, in section: String) -> String? {
    sections[section]?[key.lowercased()].flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
