import Glibc

/// Follows the markup of a document byte by byte: where it ends, and which bytes are text.
///
/// It judges nothing. Where it and the parser see a document differently, the parser refuses what it gets.
struct MarkupScanner {
  enum Kind {
    /// Text in which references count.
    case text
    /// Text in which they do not.
    case literal
    case markup
  }

  private enum State {
    case text
    /// Behind `<`.
    case opened
    /// Behind `<!` and so many bytes of `[CDATA[`.
    case declared(Int)
    case comment(dashes: Int)
    case literal(brackets: Int)
    case instruction(isEnding: Bool)
    case tag(kind: TagKind, quote: UInt8, last: UInt8)
  }

  enum TagKind {
    case start
    case end
    case declaration
  }

  private static let literalStart = Array("[CDATA[".utf8)

  private var state = State.text
  /// Elements that are open.
  private(set) var depth = 0
  /// Tags that have ended, and what the last of them was.
  private(set) var tagCount = 0
  private(set) var lastTag: TagKind?
  /// Whether the root has ended.
  private(set) var isComplete = false

  /// The next run of bytes of one kind, from `start` on; it ends where the kind, the root or the bytes end.
  mutating func run(_ bytes: UnsafeRawBufferPointer, from start: Int) -> (kind: Kind, end: Int) {
    switch state {
    case .text: return text(bytes, start)
    case .literal: return (.literal, literal(bytes, start))
    default: return (.markup, markup(bytes, start))
    }
  }

  private mutating func text(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> (Kind, Int) {
    guard start < bytes.count, let base = bytes.baseAddress else { return (.text, start) }
    guard let found = memchr(base + start, 0x3c, bytes.count - start) else { return (.text, bytes.count) }
    let end = UnsafeRawPointer(found) - base
    if end > start { return (.text, end) }
    state = .opened
    return (.markup, markup(bytes, start + 1))
  }

  private mutating func literal(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var index = start
    while index < bytes.count, case .literal(let brackets) = state {
      switch bytes[index] {
      case UInt8(ascii: "]"): state = .literal(brackets: min(brackets + 1, 2))
      case UInt8(ascii: ">") where brackets == 2: state = .text
      default: state = .literal(brackets: 0)
      }
      index += 1
    }
    return index
  }

  private mutating func markup(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      step(byte)
      switch state {
      case .text, .literal: return index
      default: break
      }
    }
    return index
  }

  private mutating func step(_ byte: UInt8) {
    switch state {
    case .tag(let kind, 0, let last):
      switch byte {
      case UInt8(ascii: ">"): end(kind, isEmpty: last == UInt8(ascii: "/"))
      case UInt8(ascii: "\""), UInt8(ascii: "'"): state = .tag(kind: kind, quote: byte, last: byte)
      default: state = .tag(kind: kind, quote: 0, last: byte)
      }
    case .tag(let kind, let quote, _):
      state = .tag(kind: kind, quote: byte == quote ? 0 : quote, last: byte)
    case .opened: open(byte)
    case .declared(let count): declare(byte, count)
    case .comment(let dashes):
      switch byte {
      case UInt8(ascii: "-"): state = .comment(dashes: min(dashes + 1, 2))
      case UInt8(ascii: ">") where dashes == 2: state = .text
      default: state = .comment(dashes: 0)
      }
    case .instruction(let isEnding):
      state =
        isEnding && byte == UInt8(ascii: ">") ? .text : .instruction(isEnding: byte == UInt8(ascii: "?"))
    case .text, .literal: break
    }
  }

  private mutating func open(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "/"): state = .tag(kind: .end, quote: 0, last: 0)
    case UInt8(ascii: "!"): state = .declared(0)
    case UInt8(ascii: "?"): state = .instruction(isEnding: false)
    case UInt8(ascii: ">"): end(.start, isEmpty: false)
    default: state = .tag(kind: .start, quote: 0, last: byte)
    }
  }

  private mutating func declare(_ byte: UInt8, _ count: Int) {
    switch (byte, count) {
    case (UInt8(ascii: "-"), 0): state = .declared(-1)
    case (UInt8(ascii: "-"), -1): state = .comment(dashes: 0)
    case (_, 0...) where byte == Self.literalStart[count]:
      state = count + 1 == Self.literalStart.count ? .literal(brackets: 0) : .declared(count + 1)
    case (UInt8(ascii: ">"), _): state = .text
    default: state = .tag(kind: .declaration, quote: 0, last: byte)
    }
  }

  private mutating func end(_ kind: TagKind, isEmpty: Bool) {
    state = .text
    tagCount += 1
    lastTag = kind
    switch kind {
    case .start: if !isEmpty { depth += 1 }
    case .end: depth -= 1
    case .declaration: return
    }
    if depth <= 0 { isComplete = true }
  }
}
