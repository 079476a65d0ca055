import Checksums
import Foundation

extension Operations {
  func createUpload(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    try requireKey(key)
    let (headers, metadata) = try carried(request)
    if dialect == .oss, try isAbsenceRequired(request), files.object(key) != nil { throw exists }
    let id = UUID().uuidString.filter { $0 != "-" }
    try files.begin(
      UploadRecord(
        id: id, key: key, startedAt: Instant.now(), storageClass: storageClass(request), headers: headers,
        metadata: metadata))
    let text =
      XML.element("Bucket", request.bucket ?? "")
      + XML.element("Key", spelt(key, request.value("encoding-type") == "url"))
      + XML.element("UploadId", id)
    return .xml("<InitiateMultipartUploadResult>\(text)</InitiateMultipartUploadResult>")
  }

  func uploadPart(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> Action {
    try requireLength(request)
    let id = request.value("uploadId") ?? ""
    _ = try files.upload(id, key)
    guard let number = request.value("partNumber").flatMap({ Int($0) }), (1...10_000).contains(number) else {
      throw ServerError.invalidArgument("Part number must be an integer between 1 and 10000, inclusive")
    }
    let algorithm = checksumAlgorithm(request)
    return .file(algorithm) { file, digests, trailers in
      try self.requireMD5(request, digests.md5)
      let checksums = try self.requireChecksum(request, trailers, algorithm, digests.other)
      let part = PartRecord(
        number: number, size: file.size, md5: digests.md5.hex, crc64xz: digests.crc64xz.text,
        storedAt: Instant.now(),
        dataFile: "")
      try files.store(part, of: id, from: file.path)
      var answer: [(name: String, value: String)] = [("ETag", "\"\(self.partTag(part))\"")]
      if self.dialect == .oss { answer.append(("x-oss-hash-crc64ecma", part.crc64xz)) }
      answer += checksums.map { ($0.key, $0.value) }
      return ServerResponse(200, answer)
    }
  }

  private func partTag(_ part: PartRecord) -> String { dialect == .s3 ? part.md5 : part.md5.uppercased() }

  func completeUpload(
    _ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8], _ document: [UInt8]
  ) throws -> ServerResponse {
    let id = request.value("uploadId") ?? ""
    let upload = try files.upload(id, key)
    let parts = try chosenParts(request, files.parts(id), String(decoding: document, as: UTF8.self))
    let ifAbsent = try isAbsenceRequired(request)
    if ifAbsent, files.object(key) != nil { throw exists }
    let path = try joined(parts, files)
    let md5s = parts.compactMap { Checksum(.md5, hex: $0.md5) }
    guard let tag = Checksum.multipartETag(ofPartMD5s: md5s)?.hex else {
      throw ServerError(400, "MalformedXML", "You must specify at least one part")
    }
    let crc = parts.reduce(Checksum(.crc64xz, value: 0)) { whole, part in
      Checksum(crc64xzDecimal: part.crc64xz).flatMap { whole.combined(with: $0, secondLength: part.size) }
        ?? whole
    }
    let object = StoredObject(
      key: key, size: parts.reduce(0) { $0 + $1.size }, eTag: dialect == .s3 ? tag : tag.uppercased(),
      crc64xz: crc.text, lastModified: Instant.now(), storageClass: upload.storageClass, type: "Multipart",
      headers: upload.headers, metadata: upload.metadata, partSizes: parts.map(\.size), dataFile: "")
    guard let stored = try files.publish(object, from: path, ifAbsent: ifAbsent) else {
      unlink(path)
      throw exists
    }
    files.end(id)
    let text =
      XML.element("Location", "/\(request.bucket ?? "")") + XML.element("Bucket", request.bucket ?? "")
      + XML.element("Key", spelt(key, request.value("encoding-type") == "url"))
      + XML.element("ETag", "\"\(stored.eTag)\"")
    var answer = ServerResponse.xml("<CompleteMultipartUploadResult>\(text)</CompleteMultipartUploadResult>")
    if dialect == .oss {
      answer.headers += [("x-oss-hash-crc64ecma", stored.crc64xz), ("ETag", "\"\(stored.eTag)\"")]
    }
    return answer
  }

  private func chosenParts(_ request: ServerRequest, _ stored: [PartRecord], _ document: String) throws
    -> [PartRecord]
  {
    if dialect == .oss, request["x-oss-complete-all"] == "yes" { return stored }
    let numbers = XML.texts("PartNumber", in: document).compactMap { Int($0.filter { !$0.isWhitespace }) }
    let tags = XML.texts("ETag", in: document).map {
      $0.filter { $0 != "\"" && !$0.isWhitespace }.lowercased()
    }
    guard !numbers.isEmpty, numbers.count == tags.count else {
      throw ServerError(400, "MalformedXML", "The XML you provided was not well-formed.")
    }
    guard zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw ServerError(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
    }
    let parts = try zip(numbers, tags).map { number, tag in
      guard let part = stored.first(where: { $0.number == number }), part.md5 == tag else {
        throw ServerError(400, "InvalidPart", "One or more of the specified parts could not be found.")
      }
      return part
    }
    let smallest: Int64 = dialect == .s3 ? 5 << 20 : 100 << 10
    guard parts.dropLast().allSatisfy({ $0.size >= smallest }) else {
      throw ServerError(
        400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed object size.")
    }
    return parts
  }

  private func joined(_ parts: [PartRecord], _ files: BucketFiles) throws -> String {
    let path = files.incomingPath()
    try Data().write(to: URL(fileURLWithPath: path))
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? output.close() }
    for part in parts {
      let input = try FileHandle(forReadingFrom: URL(fileURLWithPath: files.partPath(part)))
      defer { try? input.close() }
      while let bytes = try input.read(upToCount: 1 << 20), !bytes.isEmpty {
        try output.write(contentsOf: bytes)
      }
    }
    return path
  }

  func listParts(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    let id = request.value("uploadId") ?? ""
    _ = try files.upload(id, key)
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
    for part in page {
      var row =
        XML.element("PartNumber", "\(part.number)") + XML.element("LastModified", Instant.iso(part.storedAt))
      row += XML.element("ETag", "\"\(partTag(part))\"") + XML.element("Size", "\(part.size)")
      if dialect == .oss { row += XML.element("HashCrc64ecma", part.crc64xz) }
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
