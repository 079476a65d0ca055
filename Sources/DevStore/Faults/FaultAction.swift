/// What goes wrong with one request.
enum FaultAction: Hashable, Sendable {
  /// Where a body is cut.
  enum Point: Hashable, Sendable {
    case half
    case byte(Int64)

    func within(_ length: Int64) -> Int64 {
      switch self {
      case .half: length / 2
      case .byte(let byte): min(max(0, byte), length)
      }
    }
  }

  /// How a connection ends before its answer does.
  enum Ending: String, CaseIterable, Sendable {
    /// With a reset.
    case rst
    /// Not at all, until the client gives up.
    case stall
    /// As at the end of an answer.
    case close
  }

  /// A document in the place of the true one, under status 200.
  enum Document: String, CaseIterable, Sendable {
    case error
    case empty
    case html
    case badXML = "bad-xml"
    case billionLaughs = "billion-laughs"
  }

  /// What becomes of the object that a request names, just before it is served.
  enum Change: String, CaseIterable, Sendable {
    case delete
    case archive
    /// An archived one can be read for now.
    case restore
    /// Other bytes, as many.
    case replace
    /// The same bytes and more.
    case grow
  }

  /// What becomes of a page of a listing.
  enum Listing: String, CaseIterable, Sendable {
    /// The first page again, whatever position was asked for.
    case loop = "list-loop"
    /// The page begins two keys too early.
    case overlap = "list-repeat"
    /// Says that there is more, and not where.
    case noPosition = "list-no-token"
  }

  case refuse(status: Int, code: String, headers: [FaultField], elements: [FaultField])
  case cut(at: Point, then: Ending)
  /// The deed is done and no byte of its answer sent.
  case lose(then: Ending)
  /// A whole answer with fewer bytes.
  case short(to: Point, tellsLength: Bool)
  case long(by: Int, tellsLength: Bool)
  /// The number of the bit from the body's begin; nil for any.
  case flip(bit: UInt64?)
  /// The bytes of another object.
  case other(key: [UInt8])
  case document(Document, code: String)
  case edit(find: String, with: String)
  case drip(bytes: Int, pause: Int)
  /// Milliseconds.
  case delay(Int)
  case storeShort(Point)
  case storeFlip(bit: UInt64?)
  case headers(set: [FaultField], remove: [String], alter: [String])
  case ignoreRange
  case listing(Listing)
  case change(Change)
  /// Seconds that the server's clock is ahead.
  case clock(Int64)
  case expire
  case endlessHeaders(Int)
  case twoLengths
  /// The answer is whole; the connection then ends without a word.
  case closeIdle
}

/// A header of an answer.
struct FaultField: Hashable, Sendable {
  var name: String
  var value: String
}
