public import Checksums
public import NIOCore
public import ObjectStorage
public import StorageClients
import Synchronization

/// Puts files of lists into a store, proves what is stored, and never overwrites anything.
public struct ListUpload: Sendable {
  /// What became of a file.
  public struct Stored: Sendable {
    public var key: ObjectKey
    /// In bytes.
    public var size: Int64
    /// What the store and this tool both computed.
    public var checksum: Checksum
    /// Whether the store had it already with the same bytes.
    public var wasThere: Bool
    /// Whether the bytes had to be read again, for the store tells no digest of them.
    public var wasReadBack: Bool
  }

  private let destination: any ObjectWriter
  private let retrying: Retrying
  private let eventLoops: any EventLoopGroup

  public init(to destination: any ObjectWriter, retrying: Retrying, eventLoops: any EventLoopGroup) {
    self.destination = destination
    self.retrying = retrying
    self.eventLoops = eventLoops
  }

  /// Puts the file of a folder under its name as a key.
  ///
  /// A key that holds the same bytes is left as it is; one that holds others, or bytes that cannot be proven, throws
  /// `already-exists`, and the object there stays.
  public func put(_ name: String, of folder: DirectoryStore) async throws(StorageError) -> Stored {
    let key = ObjectKey(name)
    if let reason = destination.refusal(of: key) { throw StorageError(.unsafeKey, reason, key: key) }
    let size = try await folder.head(key, part: nil).size
    guard size <= destination.limits.maximumPut else {
      throw StorageError(
        .invalidRequest,
        "the list has \(size) bytes, which one request does not take; cut it with --list-rows",
        key: key)
    }
    // A bucket that keeps versions takes the condition of a request for nothing.
    if try await exists(key) {
      return try await compare(key, size, try await digests(of: key, in: folder), wasThere: true)
    }
    do {
      let (receipt, digests) = try await retrying.run { _ throws(StorageError) in
        try await stream(key, of: folder)
      }
      if let match = common(digests, receipt.checksums) {
        return Stored(key: key, size: size, checksum: match, wasThere: false, wasReadBack: false)
      }
      return try await compare(key, size, digests, wasThere: false)
    } catch  where error.code == .alreadyExists {
      return try await compare(key, size, try await digests(of: key, in: folder), wasThere: true)
    }
  }

  private func exists(_ key: ObjectKey) async throws(StorageError) -> Bool {
    do {
      _ = try await retrying.run { _ throws(StorageError) in try await destination.head(key, part: nil) }
      return true
    } catch {
      guard error.code == .notFound else { throw error }
      return false
    }
  }

  private func stream(
    _ key: ObjectKey, of folder: DirectoryStore
  ) async throws(StorageError) -> (WriteReceipt, [Checksum]) {
    let download = try await folder.get(key, range: nil, ifMatch: nil, on: eventLoops.next())
    let seen = BodyDigests()
    var options = WriteOptions(ifAbsent: true)
    options.metadata.contentType = "text/plain; charset=utf-8"
    let receipt = try await destination.put(key, download.body.observed(by: seen), options)
    return (receipt, seen.finish())
  }

  /// Holds what the store has under the key against the file: by its own digest, else by its bytes.
  private func compare(
    _ key: ObjectKey, _ size: Int64, _ ours: [Checksum], wasThere: Bool
  ) async throws(StorageError) -> Stored {
    let attributes = try await retrying.run { _ throws(StorageError) in
      try await destination.head(key, part: nil)
    }
    if attributes.size == size {
      let told = common(ours, attributes.checksums)
      if let told {
        return Stored(key: key, size: size, checksum: told, wasThere: wasThere, wasReadBack: false)
      }
      let read = try await digests(of: key, in: destination)
      if let match = common(ours, read) {
        return Stored(key: key, size: size, checksum: match, wasThere: wasThere, wasReadBack: true)
      }
    }
    guard wasThere else {
      throw StorageError(.corrupted, "the store holds other bytes than those that were sent", key: key)
    }
    throw StorageError(
      .alreadyExists,
      "the destination holds another object under this key, and it was not overwritten; take it away yourself, or report under another job or run",
      key: key)
  }

  private func digests(
    of key: ObjectKey, in store: any ObjectReader
  ) async throws(StorageError) -> [Checksum] {
    try await retrying.run { _ throws(StorageError) in
      let download = try await store.get(key, range: nil, ifMatch: nil, on: eventLoops.next())
      let seen = BodyDigests()
      _ = try await download.body.observed(by: seen).drain()
      return seen.finish()
    }
  }

  /// A digest that is in both; nil where they have none in common, or one that differs.
  private func common(_ ours: [Checksum], _ theirs: [Checksum]) -> Checksum? {
    let whole = theirs.filter { $0.partCount == nil }
    let pairs = ours.compactMap { one in whole.first { $0.algorithm == one.algorithm }.map { (one, $0) } }
    return pairs.allSatisfy { $0 == $1 } ? pairs.first?.0 : nil
  }
}

/// Digests of a body on its way.
private final class BodyDigests: BodyObserver {
  private struct State: ~Copyable, Sendable {
    var crc64xz: StreamingHasher? = StreamingHasher(.crc64xz)
    var crc64nvme: StreamingHasher? = StreamingHasher(.crc64nvme)
    var md5: StreamingHasher? = StreamingHasher(.md5)
  }

  private let state = Mutex(State())

  func observe(_ chunk: ByteBuffer) {
    chunk.withUnsafeReadableBytes { bytes in
      state.withLock { state in
        state.crc64xz?.update(bytes)
        state.crc64nvme?.update(bytes)
        state.md5?.update(bytes)
      }
    }
  }

  /// The digests of what was seen; once.
  func finish() -> [Checksum] {
    state.withLock { state in
      [state.crc64xz.take()?.finish(), state.crc64nvme.take()?.finish(), state.md5.take()?.finish()]
        .compactMap { $0 }
    }
  }
}
