import Glibc

/// Notices a carriage return that stands in a value: XML reads it as the end of a line, and a key would be another.
///
/// Between elements it is as good as any white space.
struct ReturnWatch {
  /// Where the first one stands that matters.
  private(set) var found: Int64?
  private var inText: Int64?
  private var hasInk = false
  private var followsStart = false
  private var tagCount = 0

  /// Takes a run of the page, which the scanner has just passed.
  mutating func take(
    _ bytes: UnsafeRawBufferPointer, _ run: Range<Int>, _ kind: MarkupScanner.Kind, _ scanner: MarkupScanner,
    at offset: Int64
  ) {
    if scanner.tagCount != tagCount {
      // White space alone is a value where nothing but its own end follows.
      if followsStart && scanner.lastTag == .end, let inText { found = inText }
      tagCount = scanner.tagCount
      followsStart = scanner.lastTag == .start
      inText = nil
      hasInk = false
    }
    guard kind != .markup else { return }
    let text = UnsafeRawBufferPointer(rebasing: bytes[run])
    if inText == nil, let base = text.baseAddress, let first = memchr(base, 0x0d, text.count) {
      inText = offset + Int64(UnsafeRawPointer(first) - base)
    }
    hasInk = hasInk || !text.allSatisfy { $0 == 0x20 || (0x09...0x0d).contains($0) }
    if hasInk, let inText { found = inText }
  }
}
