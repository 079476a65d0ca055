/// The UTF-8 bytes of a text in one piece: going through them one by one by way of the text costs ten times as much.
@inlinable
public func withBytes<Result>(
  of text: String, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
) rethrows -> Result {
  if let result = try text.utf8.withContiguousStorageIfAvailable(body) { return result }
  return try Array(text.utf8).withUnsafeBufferPointer(body)
}
