public import Checksums
import Foundation
import Synchronization

extension DevStore {
  /// The SHA-256 of every object's bytes, read from the files.
  public func contents(of bucket: String) throws -> [[UInt8]: Checksum] {
    let files = try operations.bucket(bucket)
    let objects = files.state.withLock { $0.objects }
    return try objects.mapValues { object in
      Checksum.of(try Data(contentsOf: URL(fileURLWithPath: files.path(object))), .sha256)
    }
  }

  /// The keys of the uploads that were neither completed nor dropped.
  public func openUploads(of bucket: String) throws -> [[UInt8]] {
    try operations.bucket(bucket).uploads(prefix: []).map(\.key)
  }
}
