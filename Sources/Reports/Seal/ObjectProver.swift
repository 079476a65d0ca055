import Checksums
public import ObjectStorage

/// Makes the proof that one object's row belongs to the sealed report in a folder.
///
/// The key is taken as it is, or in the spelling of the lists where no object has it so. Throws `not-found` where the
/// report has no such object, and `local-fault` where the report cannot be read or does not fit its seal.
public func proveObject(_ key: String, in directory: String) throws(StorageError) -> InclusionProof {
  let proof: InclusionProof?
  do throws(SealFault) {
    let seal = try Seal(
      bytes: try InputFile.whole("\(directory)/\(Seal.fileName)", limit: ReportChecker.largestSeal))
    proof = try row(of: key, in: directory).map { row throws(SealFault) in
      try makeProof(row, in: directory, seal)
    }
  } catch {
    throw StorageError(
      .localFault,
      "the report \(shownSafely(directory)) proves nothing: \(error.message); look with tranship report check"
    )
  }
  guard let proof else {
    throw StorageError(
      .notFound, "the report \(shownSafely(directory)) has no object with the key \(shownSafely(key))")
  }
  return proof
}

/// A row of the table and its place, from 0.
private struct Place {
  var index: Int64
  var record: [UInt8]
}

private func row(of key: String, in directory: String) throws(SealFault) -> Place? {
  let (plain, spelled) = (Array(ObjectKey(key).percentEncoded.utf8) + [44], Array(key.utf8) + [44])
  var (asPlain, asSpelled): (Place?, Place?)
  try forEachRecord(in: directory) { index, record in
    if record.starts(with: plain) { asPlain = Place(index: index, record: Array(record)) }
    if record.starts(with: spelled) { asSpelled = Place(index: index, record: Array(record)) }
  }
  return asPlain ?? asSpelled
}

private func makeProof(
  _ row: Place, in directory: String, _ seal: Seal
) throws(SealFault) -> InclusionProof {
  var builder = MerklePathBuilder(index: row.index, count: seal.rows)
  try forEachRecord(in: directory) { _, record in builder.add(leaf: MerkleTree.leaf(Array(record))) }
  let text = String(decoding: row.record, as: UTF8.self)
  guard let path = builder.finish(), Array(text.utf8) == row.record else {
    throw SealFault("\(ObjectTable.name) has other rows than its seal says")
  }
  let proof = InclusionProof(record: text, root: seal.root, path: path)
  guard proof.leads(to: seal.root) else {
    throw SealFault("\(ObjectTable.name) has other rows than its seal says")
  }
  return proof
}

/// Gives every row of the report's table to the body, with its place from 0.
private func forEachRecord(
  in directory: String, _ body: (Int64, ArraySlice<UInt8>) -> Void
) throws(SealFault) {
  let table: InputFile
  do throws(SealFault) {
    table = try InputFile("\(directory)/\(ObjectTable.name)")
  } catch {
    throw SealFault("\(ObjectTable.name) \(error.message)")
  }
  var index: Int64 = -1
  while let line = try table.line() {
    if index >= 0 { body(index, line.bytes.last == 13 ? line.bytes.dropLast() : line.bytes) }
    index += 1
  }
}
