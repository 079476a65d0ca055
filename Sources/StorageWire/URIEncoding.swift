import ObjectStorage

/// Percent-encoding as both vendors' signatures want it: everything but `A-Z a-z 0-9 - _ . ~`.
public enum URIEncoding {
  /// A path; slashes stay.
  public static func path(_ bytes: some Sequence<UInt8>) -> String { encode(bytes, keepingSlash: true) }

  /// A name or a value of a query.
  public static func query(_ text: String) -> String { encode(text.utf8, keepingSlash: false) }

  /// The bytes behind percent-encoding; nil where a `%` is not followed by two digits.
  public static func decode(_ text: String, plusIsSpace: Bool) -> [UInt8]? {
    decode(Array(text.utf8)[...], plusIsSpace: plusIsSpace)
  }

  /// The same for text that is here as bytes.
  static func decode(_ text: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
    let isPlain = text.withUnsafeBufferPointer { bytes in
      bytes.allSatisfy { $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+") }
    }
    if isPlain { return Array(text) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var rest = text.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
      case UInt8(ascii: "%"):
        guard let high = rest.next().flatMap(value), let low = rest.next().flatMap(value) else { return nil }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    return bytes
  }

  /// The query of a request, sorted by encoded name; `emptyIsBare` leaves the `=` of nameless values out.
  public static func query(_ items: [(name: String, value: String?)], emptyIsBare: Bool) -> String {
    guard !items.isEmpty else { return "" }
    let encoded = items.map { (name: query($0.name), value: query($0.value ?? "")) }
    let sorted = encoded.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
    return sorted.map { $0.value.isEmpty && emptyIsBare ? $0.name : "\($0.name)=\($0.value)" }
      .joined(separator: "&")
  }

  private static func encode(_ bytes: some Sequence<UInt8>, keepingSlash: Bool) -> String {
    let plain = bytes.withContiguousStorageIfAvailable { bytes in
      bytes.allSatisfy { isUnreserved($0) || (keepingSlash && $0 == UInt8(ascii: "/")) }
        ? String(decoding: bytes, as: UTF8.self) : nil
    }
    if let plain, let plain { return plain }
    var text: [UInt8] = []
    for byte in bytes {
      if isUnreserved(byte) || (keepingSlash && byte == UInt8(ascii: "/")) {
        text.append(byte)
      } else {
        text += [UInt8(ascii: "%"), upperHex(byte >> 4), upperHex(byte & 15)]
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends a path; slashes stay.
  static func addPath(_ path: [UInt8], to text: inout TextWriter) {
    if path.allSatisfy({ isUnreserved($0) || $0 == UInt8(ascii: "/") }) { return text.add(path) }
    for byte in path {
      if isUnreserved(byte) || byte == UInt8(ascii: "/") {
        text.add(byte)
      } else {
        text.add(UInt8(ascii: "%"))
        text.add(upperHex(byte >> 4))
        text.add(upperHex(byte & 15))
      }
    }
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    byte < 0x80 && (byte < 0x40 ? unreservedBelow64 : unreservedFrom64) >> UInt64(byte & 63) & 1 == 1
  }

  /// A bit a byte: `-`, `.` and the digits; letters, `_` and `~`.
  private static let unreservedBelow64: UInt64 = 0x03ff_6000_0000_0000
  private static let unreservedFrom64: UInt64 = 0x47ff_fffe_87ff_fffe

  private static func upperHex(_ digit: UInt8) -> UInt8 { digit < 10 ? 48 + digit : 55 + digit }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 48...57: digit - 48
    case 65...70: digit - 55
    case 97...102: digit - 87
    default: nil
    }
  }
}
