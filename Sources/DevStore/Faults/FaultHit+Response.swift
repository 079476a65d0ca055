import Foundation

extension FaultHit {
  /// Whether the answer's body is another one under this fault.
  private var changesBody: Bool {
    switch action {
    case .short, .long, .flip, .other, .document, .edit, .listing(.noPosition): true
    default: false
    }
  }

  /// The answer as it is to be sent.
  func altered(_ response: ServerResponse, to request: ServerRequest, _ operations: Operations) throws
    -> ServerResponse
  {
    var response = response
    if case .headers(let set, let remove, let alter) = action { rename(&response, set, remove, alter) }
    // What is refused has no body of an object's.
    guard changesBody, response.status < 300 else { return response }
    if case .document(let document, let code) = action {
      return ServerResponse(
        200, [("Content-Type", document == .html ? "text/html" : "application/xml")],
        body: .text(Self.text(document, code)))
    }
    guard request.method != "HEAD" else { return response }
    response.body = .bytes(try altered(try response.body.bytes(), request, operations))
    return response
  }

  private func altered(_ bytes: [UInt8], _ request: ServerRequest, _ operations: Operations) throws -> [UInt8]
  {
    var bytes = bytes
    switch action {
    case .short(let point, _): bytes = Array(bytes[..<Int(point.within(Int64(bytes.count)))])
    case .long(let count, _): bytes += [UInt8](repeating: UInt8(ascii: "+"), count: count)
    case .flip(let bit): Self.flip(bit ?? chance, &bytes)
    case .other(let key): bytes = try operations.bytes(of: key, in: request.bucket)
    case .edit(let find, let with):
      bytes = Self.replace(find, with, in: bytes)
    case .listing(.noPosition):
      var text = String(decoding: bytes, as: UTF8.self)
      for name in ["NextContinuationToken", "NextMarker"] {
        for value in XML.texts(name, in: text) {
          text = String(
            decoding: Self.replace("<\(name)>\(value)</\(name)>", "", in: Array(text.utf8)), as: UTF8.self)
        }
      }
      bytes = Self.replace("<IsTruncated>false<", "<IsTruncated>true<", in: Array(text.utf8))
    default: break
    }
    return bytes
  }

  static func flip(_ bit: UInt64, _ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let place = bit % (UInt64(bytes.count) * 8)
    bytes[Int(place / 8)] ^= 1 << (place % 8)
  }

  private static func replace(_ find: String, _ with: String, in bytes: [UInt8]) -> [UInt8] {
    let parts = String(decoding: bytes, as: UTF8.self).split(
      separator: find, omittingEmptySubsequences: false)
    return Array(parts.joined(separator: with).utf8)
  }

  private func rename(
    _ response: inout ServerResponse, _ set: [FaultField], _ remove: [String], _ alter: [String]
  ) {
    let gone = Set((remove + set.map(\.name)).map { $0.lowercased() })
    response.headers.removeAll { gone.contains($0.name.lowercased()) }
    response.headers += set.map { ($0.name, $0.value) }
    let altered = Set(alter.map { $0.lowercased() })
    for index in response.headers.indices where altered.contains(response.headers[index].name.lowercased()) {
      response.headers[index].value = Self.other(response.headers[index].value)
    }
  }

  /// A value of the same form: the last digit or letter is another one.
  static func other(_ value: String) -> String {
    var bytes = Array(value.utf8)
    guard let index = bytes.lastIndex(where: { Character(UnicodeScalar($0)).isHexDigit }) else {
      return value + "0"
    }
    bytes[index] = bytes[index] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func text(_ document: FaultAction.Document, _ code: String) -> String {
    let prolog = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    switch document {
    case .error:
      return prolog
        + "<Error>\(XML.element("Code", code))\(XML.element("Message", "We encountered an internal error."))</Error>"
    case .empty: return ""
    case .html: return "<!doctype html><html><body><h1>Please log in</h1></body></html>"
    case .badXML: return prolog + "<ListBucketResult><Name>b</Name><Contents></ListBucketResult>"
    case .billionLaughs:
      let entities = (1...9).map { level in
        let before = "&l\(level - 1);"
        return "<!ENTITY l\(level) \"\(String(repeating: before, count: 10))\">"
      }
      return prolog + "<!DOCTYPE l [<!ENTITY l0 \"ha\">\(entities.joined())]>"
        + "<ListBucketResult><Name>&l9;</Name></ListBucketResult>"
    }
  }
}
