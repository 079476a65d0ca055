/// A record of RFC 4180: cells between commas, closed by CR LF.
func csvRecord(_ cells: String...) -> String {
  cells.map { quotedCell(formulaFree($0)) }.joined(separator: ",") + "\r\n"
}

/// The same text where no spreadsheet takes it for a formula: an apostrophe stands before what could start one.
///
/// A number with a sign is left alone.
func formulaFree(_ text: String) -> String {
  guard let first = text.unicodeScalars.first else { return text }
  switch first {
  case "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}":
    return first == "-" && Int64(text) != nil ? text : "'\(text)"
  default: return text
  }
}

private func quotedCell(_ text: String) -> String {
  let needsQuotes = text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }
  guard needsQuotes else { return text }
  var quoted = "\""
  for scalar in text.unicodeScalars {
    if scalar == "\"" { quoted += "\"" }
    quoted.unicodeScalars.append(scalar)
  }
  return quoted + "\""
}
