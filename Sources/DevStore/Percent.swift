/// Percent-encoding, written apart from the clients' own.
enum Percent {
  private static let upper = Array("0123456789ABCDEF".utf8)

  /// Bytes as a signature spells them; unreserved are letters, digits and `-_.~`.
  static func encode(_ bytes: [UInt8], keeping kept: String = "") -> String {
    let keep = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~".utf8).union(kept.utf8)
    var out: [UInt8] = []
    for byte in bytes {
      if keep.contains(byte) {
        out.append(byte)
      } else {
        out += [UInt8(ascii: "%"), upper[Int(byte / 16)], upper[Int(byte % 16)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The bytes behind an encoded text; a `%` without two digits stands for itself.
  static func decode(_ text: Substring, plusIsSpace: Bool = false) -> [UInt8] {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
      {
        out.append(value)
        index += 3
      } else {
        out.append(plusIsSpace && bytes[index] == UInt8(ascii: "+") ? 0x20 : bytes[index])
        index += 1
      }
    }
    return out
  }
}
