import ObjectStorage
import StorageWire

/// How one vendor wants its requests and words its refusals.
protocol StoreDialect: Sendable {
  /// The request of a call, signed for an instant; the body is added by the caller.
  func request(
    for call: StoreCall, with credentials: Credentials, at now: Timestamp
  ) throws(StorageError) -> HTTPRequest

  /// Where requests go.
  var origin: HTTPOrigin { get }

  /// The head of a call for an object without a query, signed, as bytes; nil where `request` has to make it.
  func head(
    of call: StoreCall, bodyLength: Int?, with credentials: Credentials, at now: Timestamp
  ) -> TextWriter?

  /// What an answer means that is not the expected one; `document` is its body, empty for HEAD.
  func failure(status: Int, fields: HTTPFields, document: [UInt8]) -> StorageError
}
