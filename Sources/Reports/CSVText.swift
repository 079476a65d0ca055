import ObjectStorage

/// A record of RFC 4180: cells between commas, closed by CR LF.
func csvRecord(_ cells: String...) -> String {
  cells.map { quotedCell(formulaFree($0)) }.joined(separator: ",") + "\r\n"
}

/// The same text where no spreadsheet takes it for a formula: an apostrophe stands before what could start one.
///
/// One also stands before an apostrophe that was there: who drops the first character of every cell that begins with
/// one has the text again. A number with a sign is left alone.
func formulaFree(_ text: String) -> String {
  guard let byte = text.utf8.first, !isLetterOrDigit(byte), let first = text.unicodeScalars.first else {
    return text
  }
  guard first == "'" || formulaStarts.contains(first) else { return text }
  return first == "-" && Int64(text) != nil ? text : "'\(text)"
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
}

/// What spreadsheets take for the start of a formula, or skip to find one.
let formulaStarts: Set<Unicode.Scalar> = [
  "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
]

/// The cell within a record: between quotation marks where it has to be.
func quotedCell(_ text: String) -> String {
  let needsQuotes = withBytes(of: text) { bytes in
    bytes.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\r")
        || $0 == UInt8(ascii: "\n")
    }
  }
  guard needsQuotes else { return text }
  var quoted = "\""
  for scalar in text.unicodeScalars {
    if scalar == "\"" { quoted += "\"" }
    quoted.unicodeScalars.append(scalar)
  }
  return quoted + "\""
}
