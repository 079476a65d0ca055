import CLibXML2

/// Keeps the XML library from writing to the standard error.
enum XMLQuiet {
  /// To be called on the thread that parses: what has no parser, such as a bad byte in another encoding than UTF-8,
  /// goes to the thread's own handler.
  static func silence() {
    xmlSetStructuredErrorFunc(nil) { _, _ in }
  }
}
