import AuditLedger
import Checksums
import Glibc
import ObjectStorage

extension ReportFolder {
  /// Puts a report on the disk with its seal, which gets its name last; a seal of before goes first.
  func seal(
    _ summary: Summary, _ tree: MerkleTree, key: Ed25519PrivateKey?
  ) throws(StorageError) -> SealRecord {
    let counts = Dictionary(uniqueKeysWithValues: ListName.allCases.map { ($0, summary.share($0).objects) })
    let seal = Seal(
      tool: "tranship \(summary.toolVersion)", job: summary.job.name, counts: counts, rows: tree.count,
      root: tree.root, files: try complete())
    let bytes = Array(seal.text.utf8)
    if let key {
      guard let signature = key.signature(over: bytes) else {
        throw StorageError(.localFault, "the seal cannot be signed with that key; make another one")
      }
      try file(Seal.signatureName).write(signature)
    }
    let output = try file(Seal.fileName)
    try output.write(bytes)
    let content = try output.complete()
    try publish(dropping: [Seal.fileName, Seal.signatureName])
    unsealed = unsealedNames(in: path, seal).filter { !removeLeftOver($0) }
    return SealRecord(
      run: summary.runs.last?.id ?? 0, root: seal.root, seal: content.sha256, objects: seal.rows,
      isSigned: key != nil)
  }

  /// Removes what a process that is gone left of a report, `.NAME.PROCESS.partial`; false for anything else.
  private func removeLeftOver(_ name: String) -> Bool {
    let pieces = name.split(separator: ".", omittingEmptySubsequences: false)
    guard pieces.count > 3, pieces.first == "", pieces.last == "partial",
      let process = pid_t(pieces[pieces.count - 2]), process > 0, kill(process, 0) != 0, errno == ESRCH
    else { return false }
    return unlink("\(path)/\(name)") == 0
  }
}
