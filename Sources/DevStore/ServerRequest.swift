import NIOHTTP1

/// A request as its bytes came, taken apart.
struct ServerRequest {
  var method: String
  /// The path as it was sent.
  var rawPath: String
  /// Decoded names and values in the order sent; a value is nil where there was no `=`.
  var query: [(name: String, value: String?)]
  /// Lower-case names.
  var headers: [(name: String, value: String)]
  /// Nil for calls to the service.
  var bucket: String?
  /// Nil for calls to the bucket.
  var key: [UInt8]?
  var keepAlive: Bool

  init(_ head: HTTPRequestHead) {
    method = head.method.rawValue
    keepAlive = head.isKeepAlive
    headers = head.headers.map { ($0.name.lowercased(), $0.value) }
    let target = Substring(head.uri)
    let mark = target.firstIndex(of: "?")
    rawPath = String(mark.map { target[..<$0] } ?? target)
    // Clients on `requests` write a space of the query as `+`, and a plus always as `%2B`.
    query = (mark.map { target[target.index(after: $0)...] } ?? "").split(separator: "&").map { item in
      let equals = item.firstIndex(of: "=")
      let name = Percent.decode(equals.map { item[..<$0] } ?? item, plusIsSpace: true)
      let value = equals.map { Percent.decode(item[item.index(after: $0)...], plusIsSpace: true) }
      return (String(decoding: name, as: UTF8.self), value.map { String(decoding: $0, as: UTF8.self) })
    }
    locate()
  }

  /// The bucket stands before `.localhost`, or first in the path.
  private mutating func locate() {
    let host = (self["host"] ?? "").split(separator: ":").first.map(String.init) ?? ""
    var path = Substring(rawPath).dropFirst()
    if host.hasSuffix(".localhost") {
      bucket = String(host.dropLast(".localhost".count))
    } else if !path.isEmpty {
      let name = path.prefix { $0 != "/" }
      bucket = String(decoding: Percent.decode(name), as: UTF8.self)
      path = path.dropFirst(name.count).dropFirst()
    }
    if !path.isEmpty { key = Percent.decode(path) }
  }

  subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

  func has(_ name: String) -> Bool { query.contains { $0.name == name } }

  func value(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// A number of the query; throws where it is there and is none.
  func number(_ name: String, in range: ClosedRange<Int>, otherwise standard: Int) throws -> Int {
    try number(value(name), name, range, standard)
  }

  /// A number of a header; throws where it is there and is none.
  func headerNumber(_ name: String, in range: ClosedRange<Int>, otherwise standard: Int) throws -> Int {
    try number(self[name], name, range, standard)
  }

  private func number(
    _ text: String?, _ name: String, _ range: ClosedRange<Int>, _ standard: Int
  ) throws -> Int {
    guard let text, !text.isEmpty else { return standard }
    guard let number = Int(text), range.contains(number) else {
      throw ServerError.invalidArgument(
        "\(name) must be between \(range.lowerBound) and \(range.upperBound).")
    }
    return number
  }

  var contentLength: Int64? { self["content-length"].flatMap { Int64($0) } }
}
