public import Checksums
import NIOCore
public import ObjectStorage
import Synchronization

extension MemoryStore: ObjectWriter {
  public var limits: WriteLimits { writeLimits }

  public var tagRule: TagRule? { nil }

  public func refusal(of key: ObjectKey) -> String? {
    if key.bytes.isEmpty { return "the key is empty" }
    switch dialect {
    case .s3, .olderS3: return key.bytes.count > 1024 ? "the key is longer than 1,024 bytes" : nil
    case .oss:
      if key.bytes.count > 1023 { return "the key is longer than 1,023 bytes" }
      let startsWrong = key.bytes.first == UInt8(ascii: "/") || key.bytes.first == UInt8(ascii: "\\")
      return startsWrong ? "the key starts with a slash or a backslash" : nil
    }
  }

  public func put(
    _ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    try checkKey(key)
    let bytes = try await receive(body, options.contentMD5, key)
    let stored = state.withLock { state -> MemoryObject? in
      guard !options.ifAbsent || state.objects[key] == nil else { return nil }
      let object = MemoryObject(
        bytes, dialect, metadata: options.metadata, storageClass: options.storageClass,
        at: state.nextWriteTime(), isEncrypted: encrypts)
      return state.replace(key, by: object, keepsVersions: keepsVersions)
    }
    guard let stored else { throw alreadyExists(key) }
    return stored.receipt(dialect)
  }

  public func createUpload(
    _ key: ObjectKey, _ options: WriteOptions
  ) async throws(StorageError) -> UploadID {
    try checkKey(key)
    return state.withLock { state in
      state.uploadCount += 1
      let id = "upload-\(state.uploadCount)"
      state.uploads[id] = MemoryUpload(key: key, options: options, startedAt: state.nextWriteTime())
      return UploadID(id)
    }
  }

  public func uploadPart(
    _ key: ObjectKey, _ upload: UploadID, number: Int, _ body: ObjectBody, contentMD5: Checksum?
  ) async throws(StorageError) -> StoredPart {
    let bytes = try await receive(body, contentMD5, key)
    _ = try open(key, upload)
    guard (1...writeLimits.maximumParts).contains(number) else {
      throw StorageError(.invalidRequest, "the part's number is out of range", key: key)
    }
    let part = state.withLock { state in
      let part = MemoryUpload.Part(
        bytes: bytes, md5: Checksum.of(bytes, .md5),
        opaqueTag: encrypts ? .opaque(state.nextWriteTime()) : nil)
      state.uploads[upload.text]?.parts[number] = part
      return part
    }
    return stored(number, part)
  }

  public func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt {
    let open = try open(key, upload)
    let chosen = parts.compactMap { want in
      open.parts[want.number].flatMap { dialect.eTag($0.tag).isSame(as: want.eTag) ? $0 : nil }
    }
    let isAscending = zip(parts, parts.dropFirst()).allSatisfy { $0.number < $1.number }
    guard !parts.isEmpty, chosen.count == parts.count, isAscending else {
      throw StorageError(.invalidRequest, "a part is not the stored one, or not in order", key: key)
    }
    let receipt = state.withLock { state -> WriteReceipt? in
      guard !ifAbsent || state.objects[key] == nil,
        let object = MemoryObject(
          chosen, open, dialect, at: state.nextWriteTime(), isEncrypted: encrypts)
      else { return nil }
      state.uploads[upload.text] = nil
      return state.replace(key, by: object, keepsVersions: keepsVersions)?.receipt(dialect)
    }
    guard let receipt else { throw alreadyExists(key) }
    return receipt
  }

  public func abortUpload(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) {
    state.withLock { $0.uploads[upload.text] = nil }
  }

  public func listParts(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) -> [StoredPart] {
    try open(key, upload).parts.sorted { $0.key < $1.key }.map { stored($0.key, $0.value) }
  }

  public func listUploads(prefix: ObjectKey) async throws(StorageError) -> [OpenUpload] {
    state.withLock { state in
      state.uploads.filter { $0.value.key.hasPrefix(prefix) }
        .map { OpenUpload(key: $0.value.key, id: UploadID($0.key), startedAt: $0.value.startedAt) }
        .sorted { ($0.key, $0.id.text) < ($1.key, $1.id.text) }
    }
  }
}

extension MemoryStore {
  private func receive(
    _ body: ObjectBody, _ contentMD5: Checksum?, _ key: ObjectKey
  ) async throws(StorageError) -> [UInt8] {
    guard let length = body.length else {
      throw StorageError(.invalidRequest, "the body announces no length", key: key)
    }
    let bytes = Array(try await body.collect(upTo: .max).readableBytesView)
    guard Int64(bytes.count) == length else {
      throw StorageError(.lengthDiffers, "the body is not as long as announced", key: key)
    }
    if let contentMD5, contentMD5 != Checksum.of(bytes, .md5) {
      throw StorageError(.digestRefused, "the bytes do not have the announced Content-MD5", key: key)
    }
    return bytes
  }

  private func open(_ key: ObjectKey, _ upload: UploadID) throws(StorageError) -> MemoryUpload {
    guard let open = state.withLock({ $0.uploads[upload.text] }), open.key == key else {
      throw StorageError(.noSuchUpload, "there is no such upload", key: key)
    }
    return open
  }

  private func stored(_ number: Int, _ part: MemoryUpload.Part) -> StoredPart {
    StoredPart(
      number: number, size: Int64(part.bytes.count), eTag: dialect.eTag(part.tag),
      checksums: part.opaqueTag == nil ? [part.md5] : [])
  }

  private func checkKey(_ key: ObjectKey) throws(StorageError) {
    if let reason = refusal(of: key) { throw StorageError(.unsafeKey, reason, key: key) }
  }

  private func alreadyExists(_ key: ObjectKey) -> StorageError {
    StorageError(.alreadyExists, "the key exists and is not overwritten", key: key)
  }
}
