import Checksums
import NIOCore
import ObjectStorage
import StorageTesting
import Synchronization

/// A store that does wrong what a test tells it to do wrong.
struct FaultyStore: ObjectWriter {
  enum Fault: Hashable, Sendable {
    /// One bit of a GET's body is another.
    case flippedRead
    /// The object is another one of the same size by the time of a GET, and its condition is not heeded.
    case otherRead
    /// A GET's body ends early.
    case cutRead
    /// The body is stored with one bit changed, and its digest answered truly.
    case flippedWrite
    /// The body is stored, and the answer lost.
    case lostPutAnswer
    /// What is stored is right, and the CRC-64 or ETag in the answer is another one.
    case wrongPutAnswer
    case wrongPartAnswer
    case wrongCompleteAnswer
    /// The parts are stored right, and the object that is made of them has one bit changed.
    case wrongAssembly
    /// ETags are made up, of parts and of what is made of them; checksums are right.
    case madeUpTags
    /// The answer to the completion names a digest that nobody compares, and none other.
    case foreignDigest
    /// The answer to the completion is lost, and somebody else's object of the same size stands there.
    case stolenCompletion
    case lostCompleteAnswer
    /// The connection breaks after the body was taken, and somebody else writes the key before the next try.
    case stolenKey
    case missingObject
    case deniedRead
    /// HEAD is forbidden.
    case deniedHead
    /// Looking at the key `z` is refused as one may be whose credentials are gone.
    case goneCredentials
    case throttled
    /// What comes of a small object that goes whole is not known; it is carried out all the same.
    case unclear
    /// A small object cannot go whole at this moment; nothing is carried out.
    case notWhole
    /// Every page points back at itself.
    case endlessListing
    /// The keys of a page come in falling order.
    case fallingListing
  }

  let inner: MemoryStore
  let location: StoreLocation
  /// How often each fault is left to happen.
  let faults: Faults

  final class Faults: Sendable {
    private let left: Mutex<[Fault: Int]>
    private let hit = Mutex<[Fault: Int]>([:])
    /// What befalls the next GETs, one after the other; nil is nothing.
    private let script = Mutex<[Fault?]>([])
    /// What was asked of the store.
    let requests = Mutex<[String: Int]>([:])

    init(_ faults: [Fault: Int]) {
      left = Mutex(faults)
    }

    func take(_ fault: Fault) -> Bool {
      let happens = left.withLock { left in
        guard let count = left[fault], count > 0 else { return false }
        left[fault] = count - 1
        return true
      }
      if happens { hit.withLock { $0[fault, default: 0] += 1 } }
      return happens
    }

    func has(_ fault: Fault) -> Bool { left.withLock { $0[fault] ?? 0 > 0 } }

    /// Lets these faults befall the next GETs in this order, whatever is left to happen otherwise.
    func befall(_ gets: [Fault?]) { script.withLock { $0 = gets } }

    /// What befalls this GET by the script.
    func takeScripted() -> Fault? {
      let due = script.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      if let due { hit.withLock { $0[due, default: 0] += 1 } }
      return due
    }

    func hits(_ fault: Fault) -> Int { hit.withLock { $0[fault] ?? 0 } }
    func count(_ request: String) { requests.withLock { $0[request, default: 0] += 1 } }
    func requests(_ request: String) -> Int { requests.withLock { $0[request] ?? 0 } }
  }

  init(_ inner: MemoryStore, bucket: String, _ faults: [Fault: Int] = [:]) {
    self.inner = inner
    location = StoreLocation(kind: .memory, bucket: bucket)
    self.faults = Faults(faults)
  }

  /// Is called before an object is stored.
  var beforePut: (@Sendable () async -> Void)?
  /// Small objects go whole, but where a test wants none of that.
  var goesWhole = true
  var wholeReader: (any WholeReader)? { goesWhole ? whole : nil }
  var wholeWriter: (any WholeWriter)? { goesWhole ? whole : nil }
  private var whole: BridgedWhole<FaultyStore> {
    BridgedWhole(self, isUnclear: { faults.take(.unclear) }, isRefused: { faults.take(.notWhole) })
  }

  var limits: WriteLimits { inner.limits }
  var tagRule: TagRule? { inner.tagRule }
  func refusal(of key: ObjectKey) -> String? { inner.refusal(of: key) }

  func list(_ scope: ListScope, from position: ListPosition?) async throws(StorageError) -> ListingPage {
    faults.count("list")
    if faults.take(.throttled) { throw StorageError(.throttled, "slow down") }
    var page = try await inner.list(scope, from: position)
    if faults.take(.endlessListing) { page.next = .token("again") }
    if faults.take(.fallingListing) { page.objects.reverse() }
    return page
  }

  func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    faults.count("head")
    if key == ObjectKey("z"), faults.take(.goneCredentials) {
      throw StorageError(.credentialsExpired, "the credentials have expired")
    }
    if faults.take(.deniedHead) { throw StorageError(.accessDenied, "you may not") }
    return try await inner.head(key, part: part)
  }

  func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    faults.count("get")
    if faults.take(.missingObject) { throw StorageError(.notFound, "there is no such key") }
    if faults.take(.deniedRead) { throw StorageError(.accessDenied, "you may not") }
    let isOther = faults.take(.otherRead)
    if isOther { inner.set(key, (inner.bytes(of: key) ?? []).map { $0 ^ 1 }) }
    let download = try await inner.get(key, range: range, ifMatch: isOther ? nil : ifMatch, on: eventLoop)
    let scripted = faults.takeScripted()
    let isFlipped = scripted == .flippedRead || faults.take(.flippedRead)
    let isCut = scripted == .cutRead || faults.take(.cutRead)
    guard isFlipped || isCut else { return download }
    var bytes = [UInt8](buffer: try await download.body.collect(upTo: 1 << 30))
    if isFlipped { bytes[bytes.count / 2] ^= 1 }
    if isCut { bytes.removeLast() }
    return ObjectDownload(
      attributes: download.attributes, body: await .bytes(ByteBuffer(bytes: bytes), on: eventLoop))
  }

  func put(
    _ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    faults.count("put")
    await beforePut?()
    if faults.take(.stolenKey) {
      _ = try await body.drain()
      inner.set(key, Array("somebody else's".utf8))
      throw StorageError(.connectionLost, "the connection was reset")
    }
    guard faults.take(.flippedWrite) else {
      var receipt = try await inner.put(key, body, options)
      if faults.take(.wrongPutAnswer) { receipt.falsify() }
      if faults.take(.lostPutAnswer) { throw StorageError(.connectionLost, "the connection was reset") }
      return receipt
    }
    var bytes = [UInt8](buffer: try await body.collect(upTo: 1 << 30))
    bytes[bytes.count / 2] ^= 1
    var careless = options
    careless.contentMD5 = nil
    return try await inner.put(key, await .bytes(ByteBuffer(bytes: bytes), on: body.eventLoop), careless)
  }

  func createUpload(_ key: ObjectKey, _ options: WriteOptions) async throws(StorageError) -> UploadID {
    try await inner.createUpload(key, options)
  }

  func uploadPart(
    _ key: ObjectKey, _ upload: UploadID, number: Int, _ body: ObjectBody, contentMD5: Checksum?
  ) async throws(StorageError) -> StoredPart {
    if contentMD5 == nil { faults.count("part") }
    var part = try await inner.uploadPart(key, upload, number: number, body, contentMD5: contentMD5)
    if contentMD5 == nil, faults.has(.madeUpTags) { part.checksums = [] }
    if contentMD5 == nil, faults.take(.wrongPartAnswer) { part.checksums = part.checksums.map(\.falsified) }
    return part
  }

  func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt {
    faults.count("complete")
    var receipt = try await inner.completeUpload(key, upload, parts: parts, ifAbsent: ifAbsent)
    if faults.take(.wrongAssembly) { receipt = try await assembledWrongly(key, parts) }
    if faults.take(.madeUpTags) {
      receipt.eTag = receipt.eTag.flatMap { $0.multipartShape.map { ETag($0.falsified.hex) } }
      receipt.compositeChecksums = [receipt.eTag?.multipartShape].compactMap(\.self)
    }
    if faults.take(.foreignDigest) {
      receipt.checksums = [Checksum.of(inner.bytes(of: key) ?? [], .sha1)]
      receipt.compositeChecksums = []
      receipt.eTag = ETag("of another kind")
    }
    if faults.take(.stolenCompletion) {
      inner.set(key, (inner.bytes(of: key) ?? []).reversed())
      throw StorageError(.connectionLost, "the connection was reset")
    }
    if faults.take(.wrongCompleteAnswer) { receipt.falsify() }
    if faults.take(.lostCompleteAnswer) { throw StorageError(.connectionLost, "the connection was reset") }
    return receipt
  }

  private func assembledWrongly(
    _ key: ObjectKey, _ parts: [StoredPart]
  ) async throws(StorageError) -> WriteReceipt {
    var rest = (inner.bytes(of: key) ?? [])[...]
    rest[rest.count / 2] ^= 1
    inner.set(
      key,
      parts: parts.map { part in
        defer { rest = rest.dropFirst(Int(part.size)) }
        return Array(rest.prefix(Int(part.size)))
      })
    let made = try await inner.head(key, part: nil)
    return WriteReceipt(
      eTag: made.eTag, checksums: made.checksums,
      compositeChecksums: inner.dialect == .olderS3 ? [] : made.compositeChecksums)
  }

  func abortUpload(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) {
    try await inner.abortUpload(key, upload)
  }

  func listParts(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) -> [StoredPart] {
    try await inner.listParts(key, upload)
  }

  func listUploads(prefix: ObjectKey) async throws(StorageError) -> [OpenUpload] {
    faults.count("uploads")
    return try await inner.listUploads(prefix: prefix)
  }
}

extension WriteReceipt {
  fileprivate mutating func falsify() {
    checksums = checksums.map(\.falsified)
    compositeChecksums = compositeChecksums.map(\.falsified)
    eTag = eTag.flatMap { tag in
      (tag.md5Shape ?? tag.multipartShape).map { ETag($0.falsified.hex) } ?? tag
    }
  }
}

extension Checksum {
  /// Another digest of the same kind.
  fileprivate var falsified: Checksum {
    var bytes = self.bytes
    bytes[0] ^= 1
    return Checksum(algorithm, bytes: bytes, partCount: partCount) ?? self
  }
}
