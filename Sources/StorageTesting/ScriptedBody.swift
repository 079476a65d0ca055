public import NIOCore
public import ObjectStorage

/// A body that gives the chunks it was made of and ends as it was told.
public final class ScriptedBody: BodySource {
  /// How a scripted body ends.
  public enum Ending: Sendable {
    case end
    case failure(StorageError)
    /// Nothing more ever comes, until the body is given up.
    case silence
  }

  private var chunks: [ByteBuffer]
  private let ending: Ending
  private var waiting: ((BodyEvent) -> Void)?
  private let onCancel: @Sendable () -> Void

  init(_ chunks: [ByteBuffer], ending: Ending, onCancel: @escaping @Sendable () -> Void) {
    self.chunks = chunks.reversed()
    self.ending = ending
    self.onCancel = onCancel
  }

  public func next(_ deliver: @escaping (BodyEvent) -> Void) {
    if let chunk = chunks.popLast() { return deliver(.chunk(chunk)) }
    switch ending {
    case .end: deliver(.end)
    case .failure(let error): deliver(.failure(error))
    case .silence: waiting = deliver
    }
  }

  public func cancel() {
    chunks = []
    onCancel()
    guard let deliver = waiting else { return }
    waiting = nil
    deliver(.failure(StorageError(.cancelled, "the body was given up")))
  }
}

extension ObjectBody {
  /// A body that announces `length` (that of the chunks where none is given) and follows the script.
  public static func scripted(
    _ chunks: [[UInt8]], length: Int64? = nil, ending: ScriptedBody.Ending = .end,
    on eventLoop: any EventLoop,
    onCancel: @escaping @Sendable () -> Void = {}
  ) async -> ObjectBody {
    let announced = length ?? chunks.reduce(0) { $0 + Int64($1.count) }
    return await withCheckedContinuation { continuation in
      eventLoop.execute {
        let source = ScriptedBody(
          chunks.map { ByteBuffer(bytes: $0) }, ending: ending, onCancel: onCancel)
        continuation.resume(returning: ObjectBody(eventLoop: eventLoop, length: announced, source: source))
      }
    }
  }

  /// A body of these bytes in chunks of at most `chunkBytes`.
  public static func bytes(
    _ bytes: [UInt8], chunkBytes: Int = 1 << 18, on eventLoop: any EventLoop
  ) async -> ObjectBody {
    let chunks = stride(from: 0, to: bytes.count, by: max(1, chunkBytes)).map {
      Array(bytes[$0..<min($0 + max(1, chunkBytes), bytes.count)])
    }
    return await scripted(chunks, on: eventLoop)
  }
}

/// Bytes that differ from place to place and from seed to seed, the same every time.
///
/// Blocks of 4 KiB that carry their number, so that no two of them are equal.
public func patternedBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  let pattern = (0..<4088).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt8(truncatingIfNeeded: state >> 24)
  }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count + 4096)
  while bytes.count < count {
    bytes += pattern
    withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { bytes += $0 }
  }
  return Array(bytes.prefix(count))
}
