import Checksums

/// The text that a signature is made over, as bytes: as strings it would be copied at every join.
struct SignatureText {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(1024) }

  mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func addLine(_ text: String) {
    add(text)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Fields as `name:value`, a line each, and the empty line behind them.
  mutating func addFields(_ fields: [(name: String, value: String)]) {
    for field in fields {
      add(field.name)
      bytes.append(UInt8(ascii: ":"))
      addLine(field.value)
    }
    addLine("")
  }

  /// The SHA-256 of the text, in hexadecimal.
  var digest: String { encodeHex(sha256(bytes)) }
}
