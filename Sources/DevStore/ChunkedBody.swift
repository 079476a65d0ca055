import Checksums

/// Decodes `aws-chunked` bodies, and checks the signature of every chunk where chunks are signed.
final class ChunkedBody {
  private enum State {
    case header
    case data(left: Int)
    case dataEnd
    case trailers
    case done
  }

  private var state = State.header
  private var line: [UInt8] = []
  private var chain: ChunkChain?
  private var chunk: StreamingHasher?
  private var expected = ""
  private(set) var trailers: [String: String] = [:]

  private static let longestLine = 4096

  init(_ chain: ChunkChain?) {
    self.chain = chain
  }

  var isDone: Bool { if case .done = state { true } else { false } }

  /// Takes encoded bytes and gives the decoded ones on.
  func feed(_ bytes: UnsafeRawBufferPointer, _ give: (UnsafeRawBufferPointer) throws -> Void) throws {
    var index = 0
    while index < bytes.count {
      switch state {
      case .data(let left):
        let count = min(left, bytes.count - index)
        let piece = UnsafeRawBufferPointer(rebasing: bytes[index..<index + count])
        chunk?.update(piece)
        try give(piece)
        index += count
        state = left == count ? .dataEnd : .data(left: left - count)
      case .done: return
      case .header, .dataEnd, .trailers:
        let byte = bytes[index]
        index += 1
        if byte != UInt8(ascii: "\n") {
          line.append(byte)
          guard line.count <= Self.longestLine else { throw malformed }
        } else {
          if line.last == UInt8(ascii: "\r") { line.removeLast() }
          let text = String(decoding: line, as: UTF8.self)
          line = []
          try take(text)
        }
      }
    }
  }

  private func take(_ text: String) throws {
    switch state {
    case .header: try begin(text)
    case .dataEnd:
      guard text.isEmpty else { throw malformed }
      try endChunk()
      state = .header
    case .trailers:
      guard !text.isEmpty else {
        state = .done
        return
      }
      let pair = text.split(separator: ":", maxSplits: 1).map(String.init)
      if pair.count == 2 { trailers[pair[0].lowercased()] = pair[1].split(separator: " ").joined() }
    case .data, .done: throw malformed
    }
  }

  private func begin(_ text: String) throws {
    let pieces = text.split(separator: ";")
    guard let size = pieces.first.flatMap({ Int($0, radix: 16) }), size >= 0 else { throw malformed }
    if chain != nil {
      guard let signature = pieces.dropFirst().first(where: { $0.hasPrefix("chunk-signature=") }) else {
        throw malformed
      }
      expected = String(signature.dropFirst("chunk-signature=".count))
      chunk = StreamingHasher(.sha256)
    }
    if size > 0 {
      state = .data(left: size)
    } else {
      try endChunk()
      state = .trailers
    }
  }

  private func endChunk() throws {
    guard var chain, let digest = chunk.take()?.finish() else { return }
    let text = [
      "AWS4-HMAC-SHA256-PAYLOAD", chain.date, chain.scope, chain.previous, Checksum.of([], .sha256).hex,
      digest.hex,
    ].joined(separator: "\n")
    guard encodeHex(HMAC.sha256(key: chain.key, Array(text.utf8))) == expected else {
      throw ServerError(403, "SignatureDoesNotMatch", "The signature of a chunk does not match.")
    }
    chain.previous = expected
    self.chain = chain
  }

  private var malformed: ServerError {
    ServerError(400, "InvalidRequest", "The aws-chunked body is malformed.")
  }
}
