public import Checksums
public import NIOCore
public import ObjectStorage

extension OSSClient: ObjectWriter {
  public var limits: WriteLimits { KeyRule.oss.limits }

  public var tagRule: TagRule? { .oss }

  public func refusal(of key: ObjectKey) -> String? { KeyRule.oss.refusal(of: key)?.message }

  /// What of an object's metadata OSS would not take; one sentence a finding.
  public func cannotCarry(_ metadata: ObjectMetadata) -> [String] {
    MetadataFields.refusals(
      of: metadata, limit: 8192,
      isNameByte: { (48...57).contains($0) || (97...122).contains($0 | 32) || $0 == UInt8(ascii: "-") },
      names: "letters, digits and hyphens")
  }

  public func put(
    _ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    var call = try putCall(key, options, body)
    call.body = .stream(body)
    let answer = try await caller.finish(call, expecting: [200])
    return receipt(of: answer.fields, isETagMD5: true)
  }

  private func putCall(
    _ key: ObjectKey, _ options: WriteOptions, _ body: ObjectBody?
  ) throws(StorageError) -> StoreCall {
    var call = StoreCall(.put, key)
    try addOptions(options, to: &call, body: body)
    if let md5 = options.contentMD5 { call.fields.add("content-md5", md5.base64) }
    return call
  }

  public func createUpload(
    _ key: ObjectKey, _ options: WriteOptions
  ) async throws(StorageError) -> UploadID {
    var call = StoreCall(.post, key, query: [("uploads", nil), ("encoding-type", "url")])
    try addOptions(options, to: &call, body: nil)
    let answer = try await caller.document(call, upTo: DocumentLimit.small)
    return try StoreDocuments.createdUpload(answer.document)
  }

  public func uploadPart(
    _ key: ObjectKey, _ upload: UploadID, number: Int, _ body: ObjectBody, contentMD5: Checksum?
  ) async throws(StorageError) -> StoredPart {
    var call = StoreCall(.put, key, query: [("partNumber", String(number)), ("uploadId", upload.text)])
    if let contentMD5 { call.fields.add("content-md5", contentMD5.base64) }
    call.body = .stream(body)
    let answer = try await caller.finish(call, expecting: [200])
    let receipt = receipt(of: answer.fields, isETagMD5: true)
    guard let eTag = receipt.eTag else { throw StorageError.noETag(key, receipt.requestID) }
    return StoredPart(number: number, size: body.length ?? 0, eTag: eTag, checksums: receipt.checksums)
  }

  public func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt {
    var call = StoreCall(.post, key, query: [("uploadId", upload.text), ("encoding-type", "url")])
    if ifAbsent { call.fields.add("x-oss-forbid-overwrite", "true") }
    call.body = .document(StoreDocuments.complete(parts))
    let (answer, document) = try await caller.document(call, upTo: DocumentLimit.small)
    var receipt = receipt(of: answer.fields, isETagMD5: false)
    receipt.eTag = try OSSDocuments.completed(document)
    return receipt
  }

  public func abortUpload(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) {
    try await caller.abort(StoreCall(.delete, key, query: [("uploadId", upload.text)]))
  }

  public func listParts(
    _ key: ObjectKey, _ upload: UploadID
  ) async throws(StorageError) -> [StoredPart] {
    try await caller.allParts(key, upload) { document throws(StorageError) in
      try StoreDocuments.parts(document)
    }
  }

  public func listUploads(prefix: ObjectKey) async throws(StorageError) -> [OpenUpload] {
    try await caller.allUploads(prefix) { document throws(StorageError) in
      try StoreDocuments.uploads(document, plusIsSpace: false)
    }
  }

  private func addOptions(
    _ options: WriteOptions, to call: inout StoreCall, body: ObjectBody?
  ) throws(StorageError) {
    if let finding = call.key.flatMap({ refusal(of: $0) }) {
      body?.cancel()
      throw StorageError(.unsafeKey, finding, key: call.key)
    }
    if let finding = cannotCarry(options.metadata).first {
      body?.cancel()
      throw StorageError(.invalidRequest, "\(finding): OSS cannot keep it", key: call.key)
    }
    MetadataFields.write(options.metadata, prefix: OSSAttributes.metadataPrefix, into: &call.fields)
    if let storageClass = options.storageClass { call.fields.add("x-oss-storage-class", storageClass) }
    if !options.tags.isEmpty { call.fields.add("x-oss-tagging", TagFields.text(options.tags)) }
    if options.ifAbsent { call.fields.add("x-oss-forbid-overwrite", "true") }
  }

  /// The ETag of a plain put and of a part is the MD5 of what was stored; of a completed upload it is not.
  private func receipt(of fields: HTTPFields, isETagMD5: Bool) -> WriteReceipt {
    let eTag = fields["etag"].map { ETag($0) }
    let md5 = isETagMD5 ? eTag?.md5Shape : nil
    return WriteReceipt(
      eTag: eTag, versionID: fields["x-oss-version-id"],
      checksums: [OSSAttributes.crc64xz(fields), md5].compactMap { $0 },
      requestID: OSSAttributes.requestID(fields))
  }
}

extension OSSClient: WholeWriter {
  public var wholeWriter: (any WholeWriter)? { caller.isWhole ? self : nil }

  public func putWhole(
    _ key: ObjectKey, _ bytes: ByteBuffer, _ options: WriteOptions, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WriteReceipt>) -> Void
  ) -> (any WholeCall)? {
    guard var call = try? putCall(key, options, nil) else { return nil }
    call.body = .whole(bytes)
    return caller.putWhole(call, on: eventLoop, { receipt(of: $0, isETagMD5: true) }, deliver)
  }
}
