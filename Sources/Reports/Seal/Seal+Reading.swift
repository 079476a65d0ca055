import AuditLedger
import Checksums
import Foundation
import ObjectStorage

extension Seal {
  /// Reads the bytes of a seal; throws what is wrong with them.
  ///
  /// A seal whose bytes are not those that this tool writes for the same statements is refused: JSON that two readers
  /// could take for two things is no evidence.
  init(bytes: [UInt8]) throws(SealFault) {
    let form: SealForm
    do {
      form = try JSONDecoder().decode(SealForm.self, from: Data(bytes))
    } catch {
      throw SealFault("is no whole seal: it is cut off, or not the JSON that tranship writes")
    }
    guard form.format == Self.format else {
      throw SealFault(
        "is a seal of the kind \(shownSafely(form.format)), and this tranship knows \(Self.format)")
    }
    guard let root = Checksum(.sha256, hex: form.rows.root) else {
      throw SealFault("has a root that is no SHA-256")
    }
    var files: [SealedFile] = []
    for file in form.files {
      guard Self.isPlain(file.name) else {
        throw SealFault("names the file \(shownSafely(file.name)), which is not a file of the folder itself")
      }
      guard let sha256 = Checksum(.sha256, hex: file.sha256) else {
        throw SealFault("has a digest of \(shownSafely(file.name)) that is no SHA-256")
      }
      files.append(SealedFile(file.name, FileContent(size: file.size, sha256: sha256)))
    }
    self.init(
      tool: form.tool, job: form.job, counts: form.counts.byList, rows: form.rows.count, root: root,
      files: files)
    guard Set(files.map(\.name)).count == files.count, file(ObjectTable.name) != nil,
      file(ObjectTable.hashesName) != nil, Array(text.utf8) == bytes
    else {
      throw SealFault(
        "is not the bytes that tranship writes for what it says: it was changed after it was made")
    }
  }
}

/// Why something of a report is not taken for evidence.
struct SealFault: Error {
  var message: String

  init(_ message: String) { self.message = message }
}

/// The JSON of a seal.
private struct SealForm: Decodable {
  struct Counts: Decodable {
    var completed, error, skipped, pending: Int64

    var byList: [ListName: Int64] {
      [.completed: completed, .error: error, .skipped: skipped, .pending: pending]
    }
  }

  struct Rows: Decodable {
    var count: Int64
    var root: String
  }

  struct File: Decodable {
    var name: String
    var size: Int64
    var sha256: String
  }

  var format, tool, job: String
  var counts: Counts
  var rows: Rows
  var files: [File]
}
