import Checksums
import Foundation

extension Operations {
  func completeUpload(
    _ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8], _ document: [UInt8]
  ) throws -> ServerResponse {
    let id = request.value("uploadId") ?? ""
    let upload = try files.upload(id, key)
    let parts = try chosenParts(request, upload, files.parts(id), String(decoding: document, as: UTF8.self))
    let ifAbsent = try isAbsenceRequired(request)
    if ifAbsent, files.object(key) != nil { throw exists }
    let object = try object(of: upload, parts)
    if let checksum = object.checksum { try requireSent(checksum, request) }
    let path = try joined(parts, files)
    guard let stored = try files.publish(object, from: path, ifAbsent: ifAbsent) else {
      unlink(path)
      throw exists
    }
    files.end(id)
    return completed(stored, request)
  }

  private func object(of upload: UploadRecord, _ parts: [PartRecord]) throws -> StoredObject {
    let tags = parts.compactMap { Checksum(.md5, hex: $0.eTag) }
    guard let tag = Checksum.multipartETag(ofPartMD5s: tags)?.hex else {
      throw ServerError(400, "MalformedXML", "You must specify at least one part")
    }
    let crc = parts.reduce(Checksum(.crc64xz, value: 0)) { whole, part in
      Checksum(crc64xzDecimal: part.crc64xz).flatMap { whole.combined(with: $0, secondLength: part.size) }
        ?? whole
    }
    let sums = parts.compactMap { part in
      part.checksum.flatMap { Checksum($0.algorithm, base64: $0.value) }.map { (sum: $0, size: part.size) }
    }
    return StoredObject(
      key: upload.key, size: parts.reduce(0) { $0 + $1.size },
      eTag: dialect == .s3 ? tag : tag.uppercased(), crc64xz: crc.text, lastModified: Instant.now(),
      storageClass: upload.storageClass, type: "Multipart", headers: upload.headers,
      metadata: upload.metadata, checksum: upload.checksum?.sum(sums),
      parts: parts.map { ObjectPart(size: $0.size, checksum: $0.checksum) }, encryption: upload.encryption,
      tags: upload.tags, dataFile: "")
  }

  /// A client may say what the whole object's sum must be.
  private func requireSent(_ checksum: KeptChecksum, _ request: ServerRequest) throws {
    guard let name = ChecksumName.of(checksum.algorithm), let sent = request[name.field] else { return }
    let value = sent.split(separator: "-").first.map(String.init)
    guard value == checksum.value else {
      throw ServerError(
        400, "BadDigest", "The \(name.field) you specified did not match the calculated checksum.")
    }
  }

  private func completed(_ stored: StoredObject, _ request: ServerRequest) -> ServerResponse {
    var text =
      XML.element("Location", "/\(request.bucket ?? "")") + XML.element("Bucket", request.bucket ?? "")
      + XML.element("Key", spelt(stored.key, request.value("encoding-type") == "url"))
      + XML.element("ETag", "\"\(stored.eTag)\"")
    if let checksum = stored.checksum { text += elements(of: checksum, suffix: "-\(stored.parts.count)") }
    var answer = ServerResponse.xml("<CompleteMultipartUploadResult>\(text)</CompleteMultipartUploadResult>")
    if dialect == .oss {
      answer.headers += [("x-oss-hash-crc64ecma", stored.crc64xz), ("ETag", "\"\(stored.eTag)\"")]
    }
    answer.headers += headers(of: stored) + (stored.encryption?.headers(dialect) ?? [])
    return answer
  }

  private func chosenParts(
    _ request: ServerRequest, _ upload: UploadRecord, _ stored: [PartRecord], _ document: String
  ) throws -> [PartRecord] {
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
      guard let part = stored.first(where: { $0.number == number }), part.eTag == tag else {
        throw ServerError(400, "InvalidPart", "One or more of the specified parts could not be found.")
      }
      return part
    }
    let smallest: Int64 = dialect == .s3 ? 5 << 20 : 100 << 10
    guard parts.dropLast().allSatisfy({ $0.size >= smallest }) else {
      throw ServerError(
        400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed object size.")
    }
    if let checksum = upload.checksum { try requireSums(checksum, parts, XML.texts("Part", in: document)) }
    return parts
  }

  /// The sums that the client says of its parts; all of them must be said where the object's follows from them.
  private func requireSums(_ checksum: UploadChecksum, _ parts: [PartRecord], _ rows: [String]) throws {
    guard let name = ChecksumName.of(checksum.algorithm) else { return }
    for (index, part) in parts.enumerated() {
      let sent = index < rows.count ? XML.texts(name.element, in: rows[index]).first : nil
      guard sent != nil || !checksum.isComposite else {
        throw ServerError.invalidRequest(
          "The upload was created using a \(checksum.algorithm) checksum. The complete request must include the checksum for each part. It was missing for part \(part.number) in the request."
        )
      }
      guard sent == nil || sent == part.checksum?.value else {
        throw ServerError(400, "InvalidPart", "One or more of the specified parts could not be found.")
      }
      guard !checksum.isAsked || part.number == index + 1 else {
        throw ServerError(400, "InvalidPart", "The numbers of parts with checksums must be consecutive.")
      }
    }
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
}
