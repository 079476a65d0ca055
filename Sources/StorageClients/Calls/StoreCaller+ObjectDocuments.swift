import ObjectStorage
import StorageWire

/// Calls for a document about an object, which not every store knows.
extension StoreCaller {
  /// Sends a GET with a bare name in its query and reads the document, or nil where the store does not know it.
  ///
  /// A store that does not look at the name answers with the object: its ETag in the answer's head shows it,
  /// and no byte of it is believed.
  func documentOfObject(_ call: StoreCall) async throws(StorageError) -> [UInt8]? {
    do throws(StorageError) {
      let answer = try await send(call, expecting: [200])
      guard answer.fields["etag"] == nil, answer.body.length ?? 0 <= DocumentLimit.small else {
        answer.body.cancel()
        return nil
      }
      return try await collect(answer.body, upTo: DocumentLimit.small, key: call.key)
    } catch {
      guard error.isUnknownCall else { throw error }
      return nil
    }
  }

  /// The tags of an object, which both vendors word alike.
  func tags(_ key: ObjectKey) async throws(StorageError) -> [ObjectTag]? {
    do throws(StorageError) {
      let document = try await documentOfObject(StoreCall(.get, key, query: [("tagging", nil)]))
      return try document.map { document throws(StorageError) in try StoreDocuments.tags(document) }
    } catch {
      // Some stores say so instead of sending an empty set.
      if error.vendorCode == "NoSuchTagSet" { return [] }
      throw error.named(key)
    }
  }
}

extension StorageError {
  /// Whether a store says that it does not know a call, or says nothing that a store would say.
  var isUnknownCall: Bool {
    if httpStatus == 501 || httpStatus == 405 { return true }
    if let vendorCode { return ["NotImplemented", "MethodNotAllowed"].contains(vendorCode) }
    return httpStatus == 400 || httpStatus == 404
  }

  /// The error with the key that the call was about.
  func named(_ key: ObjectKey) -> StorageError {
    var error = self
    error.key = key
    return error
  }
}
