import ObjectStorage

/// Text as HTML text: markup characters escaped, and what could disturb the eye made visible.
///
/// The one function that every text of a report goes through.
func html(_ text: String) -> String { escaped(shownSafely(text)) }

/// A key as HTML text.
func html(_ key: ObjectKey) -> String { escaped(key.shown) }

private func escaped(_ text: String) -> String {
  var escaped = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "\"": escaped += "&quot;"
    case "'": escaped += "&#39;"
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}
