import Foundation

extension ServerResponse.Body {
  /// The whole body in memory.
  func bytes() throws -> [UInt8] {
    switch self {
    case .none: return []
    case .text(let text): return Array(text.utf8)
    case .bytes(let bytes): return bytes
    case .file(let path, let offset, let length):
      guard length > 0 else { return [] }
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      try file.seek(toOffset: UInt64(offset))
      return Array(try file.read(upToCount: Int(length)) ?? Data())
    }
  }
}
