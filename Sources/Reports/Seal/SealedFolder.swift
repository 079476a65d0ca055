import Checksums
import Glibc

/// What stands behind the seal of a folder.
func signature(
  of directory: String, over seal: [UInt8], _ publicKey: Ed25519PublicKey?
) throws(SealFault) -> ReportCheck.Signature {
  let path = "\(directory)/\(Seal.signatureName)"
  var status = stat()
  if lstat(path, &status) != 0 && errno == ENOENT { return .absent }
  let bytes = try InputFile.whole(path, limit: 4096)
  guard let publicKey else { return .unchecked }
  return publicKey.isValid(bytes, over: seal) ? .valid : .invalid
}

/// What stands in the folder of a report and is neither of it nor its seal, by name.
func unsealedNames(in directory: String, _ seal: Seal) -> [String] {
  guard let folder = opendir(directory) else { return [] }
  defer { closedir(folder) }
  let known = Set(seal.files.map(\.name) + [".", "..", Seal.fileName, Seal.signatureName])
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if !known.contains(name) { names.append(name) }
  }
  return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
}
