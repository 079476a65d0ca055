import Checksums
import Foundation

extension Operations {
  func createUpload(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    try requireKey(key)
    let (headers, metadata) = try carried(request)
    if dialect == .oss, try isAbsenceRequired(request), files.object(key) != nil { throw exists }
    let id = UUID().uuidString.filter { $0 != "-" }
    let upload = UploadRecord(
      id: id, key: key, startedAt: Instant.now(), storageClass: storageClass(request), headers: headers,
      metadata: metadata, checksum: try uploadChecksum(request),
      encryption: try Encryption(request, configuration), tags: try sentTags(request))
    try files.begin(upload)
    let text =
      XML.element("Bucket", request.bucket ?? "")
      + XML.element("Key", spelt(key, request.value("encoding-type") == "url"))
      + XML.element("UploadId", id)
    var answer = ServerResponse.xml("<InitiateMultipartUploadResult>\(text)</InitiateMultipartUploadResult>")
    answer.headers += upload.encryption?.headers(dialect) ?? []
    if let checksum = upload.checksum, checksum.isAsked {
      answer.headers += [
        ("x-amz-checksum-algorithm", "\(checksum.algorithm)".uppercased()),
        ("x-amz-checksum-type", checksum.type),
      ]
    }
    return answer
  }

  private func uploadChecksum(_ request: ServerRequest) throws -> UploadChecksum? {
    guard dialect == .s3 else { return nil }
    guard let algorithm = request["x-amz-checksum-algorithm"] else {
      guard request["x-amz-checksum-type"] == nil else {
        throw ServerError.invalidRequest("The x-amz-checksum-type header needs x-amz-checksum-algorithm.")
      }
      return configuration.defaultChecksum ? .storesOwn : nil
    }
    return try UploadChecksum(ChecksumName.named(algorithm), type: request["x-amz-checksum-type"])
  }

  func uploadPart(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> Action {
    try requireLength(request)
    let id = request.value("uploadId") ?? ""
    let upload = try files.upload(id, key)
    try Encryption.requireKey(request, of: upload.encryption)
    guard let number = request.value("partNumber").flatMap({ Int($0) }), (1...10_000).contains(number) else {
      throw ServerError.invalidArgument("Part number must be an integer between 1 and 10000, inclusive")
    }
    let name = try sentChecksum(request)
    try requireSame(name, upload.checksum)
    let algorithms = [name?.algorithm, upload.checksum?.algorithm].compactMap { $0 }
    return .file(Set(algorithms)) { file, digests, trailers in
      try self.requireMD5(request, digests.md5)
      try self.requireChecksum(name, request, trailers, digests)
      let part = PartRecord(
        number: number, size: file.size, eTag: (upload.encryption?.tag(digests.md5) ?? digests.md5).hex,
        crc64xz: digests.crc64xz.text, checksum: self.kept(upload.checksum?.algorithm, digests),
        storedAt: Instant.now(), dataFile: "")
      try files.store(part, of: id, from: file.path)
      var answer: [(name: String, value: String)] = [("ETag", "\"\(self.partTag(part))\"")]
      if self.dialect == .oss { answer.append(("x-oss-hash-crc64ecma", part.crc64xz)) }
      answer += upload.encryption?.headers(self.dialect) ?? []
      if let name, let sum = digests.others[name.algorithm] { answer.append((name.field, sum.base64)) }
      return ServerResponse(200, answer)
    }
  }

  /// A part may be summed otherwise only where the upload was begun without a word about it.
  private func requireSame(_ name: ChecksumName?, _ upload: UploadChecksum?) throws {
    guard let upload, upload.isAsked, name != nil || upload.isComposite, name?.algorithm != upload.algorithm
    else { return }
    throw ServerError.invalidRequest(
      "Checksum Type mismatch occurred, expected checksum Type: \(upload.algorithm), actual checksum Type: \(name.map { "\($0.algorithm)" } ?? "null")"
    )
  }

  func partTag(_ part: PartRecord) -> String {
    dialect == .s3 ? part.eTag : part.eTag.uppercased()
  }

  func listParts(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    let id = request.value("uploadId") ?? ""
    let upload = try files.upload(id, key)
    let limit = try request.number("max-parts", in: 0...1000, otherwise: 1000)
    let marker = try request.number("part-number-marker", in: 0...10_000, otherwise: 0)
    let rest = files.parts(id).filter { $0.number > marker }
    let page = rest.prefix(limit)
    var text =
      XML.element("Bucket", request.bucket ?? "")
      + XML.element("Key", spelt(key, request.value("encoding-type") == "url")) + XML.element("UploadId", id)
    text += XML.element("MaxParts", "\(limit)") + XML.element("PartNumberMarker", "\(marker)")
    text += XML.element("NextPartNumberMarker", "\(page.last?.number ?? marker)")
    text += XML.element("IsTruncated", rest.count > page.count ? "true" : "false")
    if let checksum = upload.checksum, checksum.isAsked {
      text += XML.element("ChecksumAlgorithm", "\(checksum.algorithm)".uppercased())
      text += XML.element("ChecksumType", checksum.type)
    }
    for part in page {
      var row =
        XML.element("PartNumber", "\(part.number)") + XML.element("LastModified", Instant.iso(part.storedAt))
      row += XML.element("ETag", "\"\(partTag(part))\"") + XML.element("Size", "\(part.size)")
      if dialect == .oss { row += XML.element("HashCrc64ecma", part.crc64xz) }
      if upload.checksum?.isAsked == true { row += part.checksum.map { element(of: $0, suffix: "") } ?? "" }
      text += "<Part>\(row)</Part>"
    }
    return .xml("<ListPartsResult>\(text)</ListPartsResult>")
  }

  func listUploads(_ request: ServerRequest, _ files: BucketFiles) throws -> ServerResponse {
    let isEncoded = request.value("encoding-type") == "url"
    let limit = try request.number("max-uploads", in: 1...1000, otherwise: 1000)
    let keyMarker = Array((request.value("key-marker") ?? "").utf8)
    let idMarker = request.value("upload-id-marker") ?? ""
    let rest = files.uploads(prefix: Array((request.value("prefix") ?? "").utf8)).filter { upload in
      keyMarker.isEmpty || keyMarker.lexicographicallyPrecedes(upload.key)
        || (upload.key == keyMarker && !idMarker.isEmpty && upload.id > idMarker)
    }
    let page = rest.prefix(limit)
    var text =
      XML.element("Bucket", request.bucket ?? "") + XML.element("KeyMarker", spelt(keyMarker, isEncoded))
    text += XML.element("UploadIdMarker", idMarker) + XML.element("MaxUploads", "\(limit)")
    if isEncoded { text += XML.element("EncodingType", "url") }
    let last = rest.count > page.count ? page.last : nil
    text += XML.element("NextKeyMarker", spelt(last?.key ?? [], isEncoded))
    text += XML.element("NextUploadIdMarker", last?.id ?? "")
    text += XML.element("IsTruncated", rest.count > page.count ? "true" : "false")
    for upload in page {
      text +=
        "<Upload>\(XML.element("Key", spelt(upload.key, isEncoded)))\(XML.element("UploadId", upload.id))"
        + "\(XML.element("Initiated", Instant.iso(upload.startedAt)))</Upload>"
    }
    return .xml("<ListMultipartUploadsResult>\(text)</ListMultipartUploadsResult>")
  }
}
