import Checksums
import ObjectStorage
import SavedReports

/// An inventory on the disk: its manifest, checked, and where its data files lie.
struct InventoryFiles {
  let manifest: InventoryManifest
  private let path: String
  private let dataFolder: String?
  /// As far up as a manifest lies from its data, and then some.
  private static let levels = 4

  init(_ path: String, dataFolder: String?) throws(StorageError) {
    self.path = path
    self.dataFolder = dataFolder
    var file = try SavedFile(path, hashing: .md5)
    var bytes: [UInt8] = []
    while true {
      let piece = try file.next()
      if piece.isEmpty { break }
      bytes += piece
      guard bytes.count <= InventoryManifest.longest else {
        throw SavedFile.refused(path, "a manifest of more than \(InventoryManifest.longest) bytes")
      }
    }
    try Self.check(file.digest(), of: path)
    do throws(ReportProblem) {
      manifest = try InventoryManifest(bytes)
    } catch {
      throw SavedFile.refused(path, error.cause)
    }
  }

  /// The manifest's own checksum lies beside it: `manifest.checksum`, an MD5 in hexadecimal digits.
  private static func check(_ digest: Checksum?, of path: String) throws(StorageError) {
    let name = (path.hasSuffix(".json") ? String(path.dropLast(5)) : path) + ".checksum"
    guard StoredBytes.isFile(name) else { return }
    var file = try SavedFile(name)
    let text = try file.head().filter { !$0.isBlank }
    guard let expected = Checksum(.md5, hex: String(decoding: text, as: UTF8.self)) else {
      throw SavedFile.refused(name, "this is no MD5 in hexadecimal digits; download it again")
    }
    guard expected == digest else {
      throw SavedFile.refused(
        path, "its MD5 is not the one in \(shownSafely(name)); download both again")
    }
  }

  /// Where a data file lies; throws where nobody can find it.
  ///
  /// A download keeps the end of a key's path: the file is looked for by the last parts of its key, as many as there
  /// are, in the folder of the manifest and those above it, or in the folder that was named.
  func path(of file: InventoryManifest.DataFile) throws(StorageError) -> String {
    let parts = file.key.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(validating: $0, as: UTF8.self) ?? "" }
    guard parts.allSatisfy({ !["", ".", ".."].contains($0) && !$0.utf8.contains(0) }) else {
      throw SavedFile.refused(path, "the key \(file.key.shown) of a data file is no path of a file")
    }
    for folder in folders {
      for count in stride(from: parts.count, through: 1, by: -1) {
        let candidate = "\(folder)/\(parts.suffix(count).joined(separator: "/"))"
        if StoredBytes.isFile(candidate) { return candidate }
      }
    }
    throw SavedFile.refused(
      path,
      "the data file \(file.key.shown) is not there; download it, and name its folder with --data-folder")
  }

  private var folders: [String] {
    if let dataFolder { return [dataFolder] }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    return (0...Self.levels).map { folder + String(repeating: "/..", count: $0) }
  }
}
