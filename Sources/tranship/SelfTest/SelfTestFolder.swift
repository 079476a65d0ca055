import Foundation
import ObjectStorage

/// The folder of a self-test, with what its rows leave; removed at the end unless it is to be kept.
struct SelfTestFolder {
  /// What the stores, the ledger and the reports of one row take at most, with room to spare.
  private static let neededBytes: Int64 = 128 << 20

  let path: String
  let keeps: Bool

  init(keeps: Bool) throws(StorageError) {
    self.keeps = keeps
    let parent = FileManager.default.temporaryDirectory
    path = parent.appendingPathComponent("tranship-selftest-\(UUID().uuidString)").path
    do {
      let free = try FileManager.default.attributesOfFileSystem(forPath: parent.path)[.systemFreeSize]
      if let free = (free as? NSNumber)?.int64Value, free < Self.neededBytes {
        throw StorageError(
          .localFault,
          "the self-test needs \(Wording.size(Self.neededBytes)) in \(shownSafely(parent.path)), and \(Wording.size(free)) are free; name another place with TMPDIR"
        )
      }
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch let error as StorageError {
      throw error
    } catch {
      throw StorageError(
        .localFault,
        "cannot make a folder in \(shownSafely(parent.path)): \(shownSafely("\(error)")); name another place with TMPDIR"
      )
    }
  }

  func leave(_ console: Console) {
    guard !keeps else { return console.note(path) }
    // What cannot be removed is left to the system's own cleaning, and is named.
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      console.note("the folder \(shownSafely(path)) could not be removed: \(shownSafely("\(error)"))")
    }
  }
}
