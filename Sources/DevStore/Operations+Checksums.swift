import Checksums

extension Operations {
  func requireMD5(_ request: ServerRequest, _ md5: Checksum) throws {
    guard let field = request["content-md5"] else { return }
    guard let sent = Checksum(.md5, base64: field) else {
      throw ServerError(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
    }
    guard sent == md5 else {
      throw ServerError(
        400, dialect == .s3 ? "BadDigest" : "InvalidDigest",
        "The Content-MD5 you specified did not match what we received.")
    }
  }

  /// The checksum that a request brings in a header or announces in a trailer.
  func sentChecksum(_ request: ServerRequest) throws -> ChecksumName? {
    guard dialect == .s3 else { return nil }
    let trailers = (request["x-amz-trailer"] ?? "").lowercased().split(separator: ",").map {
      $0.filter { $0 != " " }
    }
    let found = ChecksumName.all.filter { request[$0.field] != nil || trailers.contains($0.field) }
    guard found.count <= 1 else {
      throw ServerError.invalidRequest(
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
    }
    return found.first
  }

  /// Throws where what the client sent is not what came.
  func requireChecksum(
    _ name: ChecksumName?, _ request: ServerRequest, _ trailers: [String: String],
    _ digests: IncomingFile.Digests
  ) throws {
    guard let name else { return }
    guard let sent = request[name.field] ?? trailers[name.field] else {
      throw ServerError(400, "MalformedTrailerError", "The request announced a trailer and did not send it.")
    }
    guard Checksum(name.algorithm, base64: sent) != nil else {
      throw ServerError.invalidRequest("Value for \(name.field) header is invalid.")
    }
    guard sent == digests.others[name.algorithm]?.base64 else {
      throw ServerError(
        400, "BadDigest", "The \(name.field) you specified did not match the calculated checksum.")
    }
  }

  /// The value of a checksum in a document, with a suffix where it is composite.
  func element(of checksum: KeptChecksum, suffix: String) -> String {
    guard let name = ChecksumName.of(checksum.algorithm) else { return "" }
    return XML.element(name.element, checksum.value + (checksum.isComposite ? suffix : ""))
  }

  /// Value and type of an object's checksum in a document.
  func elements(of checksum: KeptChecksum, suffix: String) -> String {
    element(of: checksum, suffix: suffix)
      + XML.element("ChecksumType", checksum.isComposite ? "COMPOSITE" : "FULL_OBJECT")
  }

  /// What an object's checksum looks like in the head of an answer.
  func headers(of checksum: KeptChecksum, parts: Int) -> [(name: String, value: String)] {
    guard let name = ChecksumName.of(checksum.algorithm) else { return [] }
    return [
      (name.field, checksum.isComposite ? "\(checksum.value)-\(parts)" : checksum.value),
      ("x-amz-checksum-type", checksum.isComposite ? "COMPOSITE" : "FULL_OBJECT"),
    ]
  }
}
