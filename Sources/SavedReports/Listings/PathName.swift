import ObjectStorage

/// The names of `rclone`, which shows what a terminal or a file system would trip over as other characters.
///
/// | in the list | in the store |
/// | --- | --- |
/// | `␀` to `␟`, `␡` | the control character |
/// | `‛` before one of these or before `‛` | what follows, as it is |
/// | a segment `．` or `．．` | that, or `.` or `..`: nobody can tell, so that it is a problem |
/// | `�` | that, or something that could not be read: a problem too |
enum PathName {
  private static let quote: Unicode.Scalar = "\u{201B}"

  static func key(_ path: [UInt8]) throws(ReportProblem) -> ObjectKey {
    let text = String(decoding: path, as: UTF8.self)
    // Every one of these characters begins with one of two bytes.
    guard path.contains(where: { $0 == 0xE2 || $0 == 0xEF }) else { return ObjectKey(bytes: path) }
    guard !text.unicodeScalars.contains("\u{FFFD}") else {
      throw unreadable(text, "has a character in it that stands for what could not be read")
    }
    let segments = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
    guard
      !segments.contains(where: {
        $0.elementsEqual("．".unicodeScalars) || $0.elementsEqual("．．".unicodeScalars)
      })
    else {
      throw unreadable(text, "may have dots in it or what rclone shows for dots")
    }
    return ObjectKey(decoded(text))
  }

  private static func unreadable(_ name: String, _ cause: String) -> ReportProblem {
    ReportProblem(
      "the name \(shownSafely(name)) \(cause); list the store with another tool, such as aws s3api")
  }

  static func decoded(_ text: String) -> String {
    var decoded = String.UnicodeScalarView()
    var isQuoted = false
    for scalar in text.unicodeScalars {
      let control = control(scalar)
      if isQuoted {
        if control == nil && scalar != quote { decoded.append(quote) }
        decoded.append(scalar)
        isQuoted = false
      } else if scalar == quote {
        isQuoted = true
      } else {
        decoded.append(control ?? scalar)
      }
    }
    if isQuoted { decoded.append(quote) }
    return String(decoded)
  }

  /// The control character that a symbol stands for; nil for any other character.
  private static func control(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x2400...0x241F: Unicode.Scalar(scalar.value - 0x2400)
    case 0x2421: Unicode.Scalar(0x7F)
    default: nil
    }
  }
}

extension PathName {
  /// The bytes of a name under one of its two readings; nil where it has what could not be read, or is no text.
  ///
  /// With `decodesDots` a segment of full-width dots stands for dots, and one behind a `‛` for itself.
  static func bytes(of name: ArraySlice<UInt8>, decodesDots: Bool) -> [UInt8]? {
    guard let text = name.text, !text.unicodeScalars.contains("\u{FFFD}") else { return nil }
    guard decodesDots else { return Array(decoded(text).utf8) }
    // By scalars: a mark behind a slash would make one character of both.
    let segments = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map {
      segment in
      dots[String(segment)] ?? decoded(String(segment))
    }
    return Array(segments.joined(separator: "/").utf8)
  }

  private static let dots = ["．": ".", "．．": "..", "‛．": "．", "‛．‛．": "．．"]
}
