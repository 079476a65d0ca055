/// Writes XML; every text goes through `escape`.
enum XML {
  static func element(_ name: String, _ text: String) -> String { "<\(name)>\(escape(text))</\(name)>" }

  static func escape(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default:
        // XML forbids most control characters; S3 writes them as references all the same.
        if scalar.value < 0x20 {
          out += "&#x\(String(scalar.value, radix: 16));"
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out
  }

  /// The texts of all elements of a name in a small document of a client, in order; attributes are not looked at.
  static func texts(_ name: String, in document: String) -> [String] {
    var found: [String] = []
    var rest = Substring(document)
    while let open = rest.firstRange(of: "<\(name)") {
      rest = rest[open.upperBound...]
      guard rest.first == ">" || rest.first == " ", let start = rest.firstIndex(of: ">") else { continue }
      rest = rest[rest.index(after: start)...]
      guard let close = rest.firstRange(of: "</\(name)>") else { break }
      found.append(unescape(String(rest[..<close.lowerBound])))
      rest = rest[close.upperBound...]
    }
    return found
  }

  private static func unescape(_ text: String) -> String {
    var text = text
    for (entity, plain) in [
      ("&quot;", "\""), ("&#34;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&amp;", "&"),
    ] {
      text = text.split(separator: entity, omittingEmptySubsequences: false).joined(separator: plain)
    }
    return text
  }
}
