public import NIOCore

/// How a call for a whole small object ended.
public enum WholeResult<Value> {
  case done(Value)
  /// What an ordinary call would have thrown.
  case failed(StorageError)
  /// Only an ordinary call can tell: it knows renewals, redirects and every kind of answer.
  ///
  /// Nothing is known of what the store did.
  case unclear
}

/// A call that is under way on an event loop.
public protocol WholeCall: AnyObject {
  /// Gives the call up and ends its connection; nothing is delivered any more. On the call's event loop.
  func cancel()
}

/// An object that came whole.
public struct WholeObject: Sendable {
  public var attributes: ObjectAttributes
  public var bytes: ByteBuffer

  public init(attributes: ObjectAttributes, bytes: ByteBuffer) {
    self.attributes = attributes
    self.bytes = bytes
  }
}

/// Reads small objects whole: one request, and one callback on the event loop, without a task.
///
/// For a small object a task, its body's stream and their switches of threads cost more than the request.
public protocol WholeReader: Sendable {
  /// Asks for an object of a size that is known, the same request as `ObjectReader.get` makes.
  ///
  /// Called on the event loop, where `deliver` is called later, and once. Nil where nothing was sent and nothing
  /// will be delivered: the object needs an ordinary call.
  func getWhole(
    _ key: ObjectKey, ifMatch: ETag?, size: Int, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WholeObject>) -> Void
  ) -> (any WholeCall)?
}

/// Writes small objects whole, as `WholeReader` reads them.
public protocol WholeWriter: Sendable {
  /// Stores an object, the same request as `ObjectWriter.put` makes; nil as `WholeReader.getWhole` says.
  func putWhole(
    _ key: ObjectKey, _ bytes: ByteBuffer, _ options: WriteOptions, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WriteReceipt>) -> Void
  ) -> (any WholeCall)?
}
