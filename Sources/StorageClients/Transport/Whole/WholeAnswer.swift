import Glibc
import NIOCore
import ObjectStorage

/// A small answer that is here whole.
///
/// Reads what stores answer as a rule, and nothing that leaves a doubt: whatever else comes is for the decoder of
/// ordinary calls to judge.
struct WholeAnswer {
  var status: Int
  var fields: HTTPFields
  var body: ByteBuffer
  /// Whether the connection can carry another request.
  var isReusable: Bool

  enum Reading {
    /// So many bytes are needed, or at least one more where that is not known yet.
    case more(upTo: Int?)
    case answer(WholeAnswer)
    /// No answer, or one that is not to be read here.
    case unusual
  }

  /// Reads an answer that begins where the buffer begins; bytes behind its end are unusual.
  static func read(
    _ buffer: ByteBuffer, maximumBody: Int, limits: TransportLimits
  ) -> Reading {
    buffer.withUnsafeReadableBytes { bytes -> Reading in
      var head = WholeHead(bytes, limits)
      switch head.read() {
      case .more: return .more(upTo: nil)
      case .unusual: return .unusual
      case .whole(let end):
        guard let status = head.status, let framing = head.framing else { return .unusual }
        let rest = bytes.count - end
        switch framing {
        case .length(let length):
          guard length <= maximumBody, rest <= length else { return .unusual }
          guard rest == length else { return .more(upTo: end + length) }
          guard let body = buffer.getSlice(at: buffer.readerIndex + end, length: length) else {
            return .unusual
          }
          return .answer(
            WholeAnswer(status: status, fields: head.fields, body: body, isReusable: head.isReusable))
        case .chunked:
          var chunks = WholeChunks(UnsafeRawBufferPointer(rebasing: bytes[end...]), limit: maximumBody)
          switch chunks.read() {
          case .more: return .more(upTo: nil)
          case .unusual: return .unusual
          case .whole:
            return .answer(
              WholeAnswer(
                status: status, fields: head.fields, body: chunks.body, isReusable: head.isReusable))
          }
        }
      }
    }
  }
}

/// The status line and the fields of an answer.
private struct WholeHead {
  enum Reading {
    case more
    case unusual
    /// Where the body begins.
    case whole(end: Int)
  }

  enum Framing {
    case length(Int)
    case chunked
  }

  private let bytes: UnsafeRawBufferPointer
  private let limits: TransportLimits
  private var position = 0
  private(set) var status: Int?
  private(set) var fields = HTTPFields()
  private(set) var isReusable = true
  private var length: Int?
  private var isChunked = false

  init(_ bytes: UnsafeRawBufferPointer, _ limits: TransportLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// Nil where the end of the body is not told, or told twice.
  var framing: Framing? {
    switch (length, isChunked) {
    case (let length?, false): .length(length)
    case (nil, true): .chunked
    case (nil, false) where status == 204: .length(0)
    default: nil
    }
  }

  mutating func read() -> Reading {
    guard let line = nextLine() else { return atEnd }
    guard readStatus(line) else { return .unusual }
    fields.reserveCapacity(16)
    while true {
      guard let line = nextLine() else { return atEnd }
      if line.isEmpty { return .whole(end: position) }
      guard fields.all.count < limits.maximumFields, readField(line) else { return .unusual }
    }
  }

  /// What no line came of: more may come, up to the longest head.
  private var atEnd: Reading {
    isBroken || bytes.count - position > limits.maximumHeadBytes || position > limits.maximumHeadBytes
      ? .unusual : .more
  }

  private var isBroken = false

  /// The next line without its end; nil where its end is not here, or is not CR LF.
  private mutating func nextLine() -> UnsafeRawBufferPointer? {
    guard position < bytes.count, let base = bytes.baseAddress,
      let end = memchr(base + position, 0x0a, bytes.count - position)
    else { return nil }
    let last = UnsafeRawPointer(end) - base
    guard last > position, bytes[last - 1] == 0x0d else {
      isBroken = true
      return nil
    }
    defer { position = last + 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<last - 1])
  }

  private mutating func readStatus(_ line: UnsafeRawBufferPointer) -> Bool {
    guard line.count >= 12, line.starts(with: "HTTP/1.1 ".utf8), line.count == 12 || line[12] == 0x20
    else { return false }
    var value = 0
    for byte in line[9..<12] {
      guard (48...57).contains(byte) else { return false }
      value = value * 10 + Int(byte - 48)
    }
    // Informational answers stand before the one that counts, 304 has a length and no body.
    guard (200...599).contains(value), value != 304 else { return false }
    status = value
    return line[12...].allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
  }

  private mutating func readField(_ line: UnsafeRawBufferPointer) -> Bool {
    guard let base = line.baseAddress, let found = memchr(base, 0x3a, line.count) else { return false }
    let colon = UnsafeRawPointer(found) - base
    var (start, end) = (colon + 1, line.count)
    while start < end, line[start] == 0x20 || line[start] == 0x09 { start += 1 }
    while end > start, line[end - 1] == 0x20 || line[end - 1] == 0x09 { end -= 1 }
    let value = UnsafeRawBufferPointer(rebasing: line[start..<end])
    for byte in value where byte < 0x20 && byte != 0x09 || byte == 0x7f { return false }
    guard let name = WholeNames.name(UnsafeRawBufferPointer(rebasing: line[..<colon])) else { return false }
    let text = String(decoding: value, as: UTF8.self)
    fields.add(name, text)
    return readFraming(name, text, value)
  }

  private mutating func readFraming(
    _ name: String, _ text: String, _ value: UnsafeRawBufferPointer
  ) -> Bool {
    switch name.utf8.count {
    case 14 where isSameName(name, "content-length"):
      guard length == nil, let number = number(value) else { return false }
      length = number
    case 17 where isSameName(name, "transfer-encoding"):
      guard !isChunked, isSameName(text, "chunked") else { return false }
      isChunked = true
    case 10 where isSameName(name, "connection"):
      if !isSameName(text, "keep-alive") { isReusable = false }
    default: break
    }
    return true
  }

  private func number(_ digits: UnsafeRawBufferPointer) -> Int? {
    guard (1...15).contains(digits.count) else { return nil }
    var value = 0
    for digit in digits {
      guard (48...57).contains(digit) else { return nil }
      value = value * 10 + Int(digit - 48)
    }
    return value
  }
}

/// A body in chunks, joined: how some stores send their refusals.
private struct WholeChunks {
  enum Reading {
    case more
    case unusual
    case whole
  }

  private let bytes: UnsafeRawBufferPointer
  private let limit: Int
  private var position = 0
  private(set) var body = ByteBuffer()

  init(_ bytes: UnsafeRawBufferPointer, limit: Int) {
    self.bytes = bytes
    self.limit = limit
  }

  mutating func read() -> Reading {
    while true {
      guard let end = bytes[position...].firstIndex(of: 0x0a) else {
        return bytes.count - position > 18 ? .unusual : .more
      }
      guard let size = size(bytes[position..<end]), body.readableBytes + size <= limit else {
        return .unusual
      }
      let start = end + 1
      // Fields behind the last chunk are unusual.
      guard bytes.count >= start + size + 2 else { return .more }
      guard bytes[start + size] == 0x0d, bytes[start + size + 1] == 0x0a else { return .unusual }
      position = start + size + 2
      if size == 0 { return position == bytes.count ? .whole : .unusual }
      body.writeBytes(bytes[start..<start + size])
    }
  }

  /// The size that a line tells, up to its CR; nil where it tells more or less than that.
  private func size(_ line: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard line.last == 0x0d, (1...8).contains(line.count - 1) else { return nil }
    var value = 0
    for digit in line.dropLast() {
      switch digit {
      case 48...57: value = value * 16 + Int(digit - 48)
      case 65...70, 97...102: value = value * 16 + Int((digit | 32) - 87)
      default: return nil
      }
    }
    return value
  }
}

/// Names of fields that nearly every answer has: as texts they are there already.
private enum WholeNames {
  private static let known: [String] = [
    "etag", "date", "server", "expires", "connection", "accept-ranges", "content-type", "cache-control",
    "last-modified", "content-length", "content-md5", "content-encoding", "transfer-encoding",
    "x-amz-id-2", "x-amz-request-id", "x-amz-version-id", "x-amz-storage-class", "x-amz-checksum-type",
    "x-amz-checksum-crc64nvme", "x-amz-checksum-crc32", "x-amz-checksum-crc32c",
    "x-amz-server-side-encryption", "x-oss-request-id", "x-oss-hash-crc64ecma", "x-oss-server-time",
    "x-oss-object-type", "x-oss-storage-class", "x-oss-version-id",
  ].sorted { $0.utf8.count < $1.utf8.count }
  /// Which of them are so long.
  private static let ofLength: [Range<Int>] = (0..<33).map { count in
    let first = known.firstIndex { $0.utf8.count >= count } ?? known.count
    return first..<(known.firstIndex { $0.utf8.count > count } ?? known.count)
  }

  /// A name in lower case where it is known, else as it came; nil where it is none.
  static func name(_ bytes: UnsafeRawBufferPointer) -> String? {
    if bytes.count < ofLength.count {
      for index in ofLength[bytes.count] where isSame(bytes, known[index]) { return known[index] }
    }
    guard !bytes.isEmpty, bytes.allSatisfy(RequestHead.isTokenByte) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isSame(_ bytes: UnsafeRawBufferPointer, _ name: String) -> Bool {
    withBytes(of: name) { name in
      guard let last = bytes.last, lowered(last) == name[bytes.count - 1] else { return false }
      var different: UInt8 = 0
      for index in 0..<bytes.count { different |= lowered(bytes[index]) ^ name[index] }
      return different == 0
    }
  }

  private static func lowered(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 32 : byte }
}
