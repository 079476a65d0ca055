import ObjectStorage
import StorageWire

/// The calls about versions, which both vendors word alike.
extension StoreCaller {
  func versions(_ request: VersionListingRequest) async throws(StorageError) -> VersionPage {
    var call = StoreCall(
      .get, query: [("versions", nil), ("encoding-type", "url"), ("max-keys", "1000")])
    call.query += ListScope(request.prefix).query
    if let position = request.position {
      call.query.append(("key-marker", String(decoding: position.key.bytes, as: UTF8.self)))
      if let id = position.versionID { call.query.append(("version-id-marker", id)) }
    }
    let document = try await document(call, upTo: DocumentLimit.listing).document
    let parser = VersionListingParser(request)
    try parser.feed(document)
    return try parser.finish()
  }

  /// Unknown where the caller may not ask, and where the store does not know the call.
  func versioning() async throws(StorageError) -> Versioning {
    do throws(StorageError) {
      let call = StoreCall(.get, query: [("versioning", nil)])
      return try StoreDocuments.versioning(try await document(call, upTo: DocumentLimit.listing).document)
    } catch {
      guard error.code == .accessDenied || error.isUnknownCall else { throw error }
      return .unknown
    }
  }
}

extension StoreDocuments {
  /// A store that does not look at the call's name answers with a listing, and others have a document of their own.
  static func versioning(_ document: [UInt8]) throws(StorageError) -> Versioning {
    var status: String?
    let root = try XMLDocument.read(document) { path, text in
      if path.count == 2, path[1] == "Status" { status = text.withoutPadding }
    }
    guard root == "VersioningConfiguration" else { return .unknown }
    switch status {
    case "Enabled"?: return .enabled
    case "Suspended"?: return .suspended
    case nil, ""?: return .never
    default: return .unknown
    }
  }
}
