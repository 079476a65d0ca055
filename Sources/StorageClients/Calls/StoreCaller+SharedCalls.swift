import NIOCore
import ObjectStorage
import StorageWire

/// One page of an upload's parts.
struct PartPage {
  var parts: [StoredPart]
  /// The number after which the next page starts; nil on the last page.
  var next: Int?
}

/// One page of open uploads.
struct UploadPage {
  var uploads: [OpenUpload]
  /// Where the next page starts; nil on the last page.
  var next: (key: ObjectKey, upload: UploadID)?
}

/// The calls that both vendors word alike.
extension StoreCaller {
  /// Sends a GET for an object and checks what it brings.
  func get(
    _ call: StoreCall, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> (response: HTTPResponse, span: AnswerSpan) {
    var call = call
    call.ask(for: range, ifMatch)
    let response = try await send(call, expecting: [200, 206], on: eventLoop)
    do throws(StorageError) {
      let span = try AnswerSpan(
        status: response.status, fields: response.fields, body: response.body, asked: range)
      return (response, span)
    } catch {
      response.body.cancel()
      var error = error
      error.key = call.key
      throw error
    }
  }

  /// Sends a call for a page of a listing and reads it into rows.
  func listing(_ call: StoreCall, _ request: ListingRequest) async throws(StorageError) -> ListingPage {
    let document = try await document(call, upTo: DocumentLimit.listing).document
    return try ListingParser.page(of: document, request)
  }

  /// An upload that is gone already is what was wanted.
  func abort(_ call: StoreCall) async throws(StorageError) {
    do throws(StorageError) {
      _ = try await finish(call, expecting: [200, 204])
    } catch {
      guard error.code == .noSuchUpload else { throw error }
    }
  }

  /// A restore that is in progress already is what was wanted.
  func restore(_ call: StoreCall) async throws(StorageError) {
    do throws(StorageError) {
      _ = try await finish(call, expecting: [200, 202])
    } catch {
      guard error.vendorCode == "RestoreAlreadyInProgress" else { throw error }
    }
  }

  func allParts(
    _ key: ObjectKey, _ upload: UploadID, parse: ([UInt8]) throws(StorageError) -> PartPage
  ) async throws(StorageError) -> [StoredPart] {
    var parts: [StoredPart] = []
    var marker: Int?
    repeat {
      var call = StoreCall(.get, key, query: [("uploadId", upload.text), ("max-parts", "1000")])
      if let marker { call.query.append(("part-number-marker", String(marker))) }
      let page = try parse(try await document(call, upTo: DocumentLimit.listing).document)
      parts += page.parts
      if let next = page.next, next <= marker ?? 0 { throw stuck("parts", key) }
      marker = page.next
    } while marker != nil
    return parts.sorted { $0.number < $1.number }
  }

  func allUploads(
    _ prefix: ObjectKey, parse: ([UInt8]) throws(StorageError) -> UploadPage
  ) async throws(StorageError) -> [OpenUpload] {
    var uploads: [OpenUpload] = []
    var marker: (key: ObjectKey, upload: UploadID)?
    repeat {
      var call = StoreCall(
        .get, query: [("uploads", nil), ("encoding-type", "url"), ("max-uploads", "1000")])
      if !prefix.bytes.isEmpty {
        call.query.append(("prefix", String(decoding: prefix.bytes, as: UTF8.self)))
      }
      if let marker {
        call.query.append(("key-marker", String(decoding: marker.key.bytes, as: UTF8.self)))
        call.query.append(("upload-id-marker", marker.upload.text))
      }
      let page = try parse(try await document(call, upTo: DocumentLimit.listing).document)
      uploads += page.uploads
      if let next = page.next, let marker, next == marker { throw stuck("uploads", nil) }
      marker = page.next
    } while marker != nil
    return uploads.sorted { ($0.key, $0.id.text) < ($1.key, $1.id.text) }
  }

  private func stuck(_ what: String, _ key: ObjectKey?) -> StorageError {
    StorageError(.malformedAnswer, "the list of \(what) does not advance", key: key)
  }
}

extension StoreCall {
  /// Makes it a call for the bytes of an object, or for a range of them.
  mutating func ask(for range: ByteRange?, _ ifMatch: ETag?) {
    // Without it a store may compress, and bytes and size are not the object's any more.
    fields.add("accept-encoding", "identity")
    if let range {
      fields.add("range", "bytes=\(range.first)-\(range.last)")
      expectedBytes = range.length
    } else {
      expectedBytes = 5 << 30
    }
    if let ifMatch { fields.add("if-match", ifMatch.quoted) }
  }
}

extension ListScope {
  /// The prefix and the delimiter as both vendors name them.
  var query: [(name: String, value: String?)] {
    var query: [(name: String, value: String?)] = []
    if !prefix.bytes.isEmpty { query.append(("prefix", String(decoding: prefix.bytes, as: UTF8.self))) }
    if isDelimited { query.append(("delimiter", "/")) }
    return query
  }
}
