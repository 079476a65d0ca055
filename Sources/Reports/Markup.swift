import ObjectStorage

/// HTML in which only what stands in our source is markup.
///
/// Literals are taken as they are; every interpolated text is escaped on its way in, in one place.
struct Markup: ExpressibleByStringInterpolation, Sendable {
  var html: String

  init(stringLiteral html: String) {
    self.html = html
  }

  init(stringInterpolation: StringInterpolation) {
    html = stringInterpolation.html
  }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var html = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      html.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { html += literal }
    mutating func appendInterpolation(_ text: String) { html += Markup.escaped(text) }
    mutating func appendInterpolation(_ number: Int64) { html += grouped(number) }
    mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
    mutating func appendInterpolation(_ pieces: [Markup]) { for piece in pieces { html += piece.html } }
  }

  static func + (one: Markup, other: Markup) -> Markup {
    var sum = one
    sum.html += other.html
    return sum
  }

  /// Text that shows as itself in an element and in a quoted attribute; what cannot be seen is spelled out.
  static func escaped(_ text: String) -> String {
    var html = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": html += "&amp;"
      case "<": html += "&lt;"
      case ">": html += "&gt;"
      case "\"": html += "&quot;"
      case "'": html += "&#39;"
      default: html.unicodeScalars.append(scalar)
      }
    }
    return html
  }
}
