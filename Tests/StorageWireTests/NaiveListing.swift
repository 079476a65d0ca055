import Glibc

/// A second reader of listings, which knows nothing of XML: it counts what looks like a tag.
struct NaiveListing {
  let bytes: [UInt8]

  private static let rows = ["Contents", "CommonPrefixes", "Version", "DeleteMarker"].map { Array($0.utf8) }
  private static let spaces = Set(" \t\r\n".utf8)
  private static let ends = Set(" \t\r\n/>".utf8)

  /// How many rows begin.
  var rowCount: Int {
    var count = 0
    bytes.withUnsafeBytes { bytes in
      var place = 0
      while let base = bytes.baseAddress, let found = memchr(base + place, 0x3c, bytes.count - place) {
        place = UnsafeRawPointer(found) - base + 1
        for row in Self.rows
        where bytes.count - place > row.count && memcmp(base + place, row, row.count) == 0 {
          if Self.ends.contains(bytes[place + row.count]) { count += 1 }
        }
      }
    }
    return count
  }

  /// The text of the first element of a name, without any white space; nil where there is none.
  func text(_ name: String) -> String? {
    let text = String(decoding: bytes.filter { !Self.spaces.contains($0) }, as: UTF8.self)
    guard let start = text.firstRange(of: "<\(name)>"),
      let end = text[start.upperBound...].firstRange(of: "</\(name)>")
    else { return nil }
    return String(text[start.upperBound..<end.lowerBound])
  }
}
