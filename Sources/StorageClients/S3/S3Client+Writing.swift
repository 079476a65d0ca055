public import Checksums
public import NIOCore
public import ObjectStorage

extension S3Client: ObjectWriter {
  public var limits: WriteLimits { KeyRule.s3.limits }

  public var tagRule: TagRule? { .s3 }

  public func refusal(of key: ObjectKey) -> String? { KeyRule.s3.refusal(of: key)?.message }

  /// What of an object's metadata S3 would not take; one sentence a finding.
  public func cannotCarry(_ metadata: ObjectMetadata) -> [String] {
    MetadataFields.refusals(
      of: metadata, limit: 2048, isNameByte: { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") },
      names: "visible ASCII characters")
  }

  public func put(
    _ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    var call = try putCall(key, options, body)
    call.body = .stream(body)
    do throws(StorageError) {
      let answer = try await caller.finish(call, expecting: [200])
      return receipt(of: answer.fields)
    } catch {
      throw error.readAsExisting(options.ifAbsent)
    }
  }

  private func putCall(
    _ key: ObjectKey, _ options: WriteOptions, _ body: ObjectBody?
  ) throws(StorageError) -> StoreCall {
    var call = StoreCall(.put, key)
    try addOptions(options, to: &call, body: body)
    if let md5 = options.contentMD5 { call.fields.add("content-md5", md5.base64) }
    if options.ifAbsent { call.fields.add("if-none-match", "*") }
    return call
  }

  public func createUpload(
    _ key: ObjectKey, _ options: WriteOptions
  ) async throws(StorageError) -> UploadID {
    var call = StoreCall(.post, key, query: [("uploads", nil)])
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
    let receipt = receipt(of: answer.fields)
    guard let eTag = receipt.eTag else { throw StorageError.noETag(key, receipt.requestID) }
    return StoredPart(number: number, size: body.length ?? 0, eTag: eTag, checksums: receipt.checksums)
  }

  public func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt {
    var call = StoreCall(.post, key, query: [("uploadId", upload.text)])
    if ifAbsent { call.fields.add("if-none-match", "*") }
    call.body = .document(StoreDocuments.complete(parts))
    do throws(StorageError) {
      let (answer, document) = try await caller.document(call, upTo: DocumentLimit.small)
      return try S3Documents.completed(document, fields: answer.fields, bucket: location.bucket)
    } catch {
      throw error.readAsExisting(ifAbsent)
    }
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
      try StoreDocuments.uploads(document, plusIsSpace: true)
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
      throw StorageError(.invalidRequest, "\(finding): S3 cannot keep it", key: call.key)
    }
    MetadataFields.write(options.metadata, prefix: S3Attributes.metadataPrefix, into: &call.fields)
    if let storageClass = options.storageClass { call.fields.add("x-amz-storage-class", storageClass) }
    if !options.tags.isEmpty { call.fields.add("x-amz-tagging", TagFields.text(options.tags)) }
  }

  private func receipt(of fields: HTTPFields) -> WriteReceipt {
    let eTag = fields["etag"].map { ETag($0) }
    return WriteReceipt(
      eTag: eTag, versionID: fields["x-amz-version-id"],
      checksums: S3Attributes.checksums(fields, eTag: eTag, bucket: location.bucket),
      requestID: S3Attributes.requestID(fields))
  }
}

extension S3Client: WholeWriter {
  public var wholeWriter: (any WholeWriter)? { caller.isWhole ? self : nil }

  public func putWhole(
    _ key: ObjectKey, _ bytes: ByteBuffer, _ options: WriteOptions, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WriteReceipt>) -> Void
  ) -> (any WholeCall)? {
    guard var call = try? putCall(key, options, nil) else { return nil }
    call.body = .whole(bytes)
    return caller.putWhole(call, on: eventLoop, receipt) { result in
      guard case .failed(let error) = result else { return deliver(result) }
      deliver(.failed(error.readAsExisting(options.ifAbsent)))
    }
  }
}
