public import Checksums
import ObjectStorage

/// What became of holding an inclusion proof against a root or a seal.
public struct ProofCheck: Hashable, Sendable {
  public internal(set) var proof: InclusionProof?
  /// What does not fit, and in which file; nil where all does.
  public internal(set) var finding: String?
  /// Of the seal, where one was given.
  public internal(set) var signature: ReportCheck.Signature?
}

/// Holds a proof against a root that was kept elsewhere, a report's `SEAL.json`, or both; without either nothing fits.
public func checkProof(
  at path: String, root: Checksum?, seal: String?, publicKey: Ed25519PublicKey? = nil
) -> ProofCheck {
  var check = ProofCheck()
  var file = path
  do throws(SealFault) {
    let proof = try InclusionProof(bytes: try InputFile.whole(path, limit: InclusionProof.largest))
    check.proof = proof
    guard root != nil || seal != nil else { throw SealFault("proves nothing without a root or a seal") }
    if let seal {
      file = seal
      let sealed = try readSeal(seal, publicKey)
      check.signature = sealed.signature
      file = path
      try hold(proof, against: sealed.seal)
    }
    guard ([proof.root] + [root].compactMap(\.self)).allSatisfy(proof.leads) else { throw mislead(proof) }
  } catch {
    check.finding = "\(shownSafely(file)): \(error.message)"
  }
  return check
}

private func hold(_ proof: InclusionProof, against seal: Seal) throws(SealFault) {
  guard seal.rows == proof.path.count else {
    throw SealFault("speaks of \(proof.path.count) rows, and the seal of \(seal.rows)")
  }
  guard proof.leads(to: seal.root) else { throw mislead(proof) }
}

private func mislead(_ proof: InclusionProof) -> SealFault {
  SealFault("does not lead from the row of \(shownSafely(proof.key)) to that root")
}

/// Reads a seal and what stands behind it; throws where a key was given and it is not that key's signature.
private func readSeal(
  _ path: String, _ publicKey: Ed25519PublicKey?
) throws(SealFault) -> (seal: Seal, signature: ReportCheck.Signature) {
  let bytes = try InputFile.whole(path, limit: ReportChecker.largestSeal)
  let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  let found = try signature(of: folder, over: bytes, publicKey)
  guard publicKey == nil || found == .valid else {
    throw SealFault(found == .absent ? "is not signed" : "is not signed with that key")
  }
  return (try Seal(bytes: bytes), found)
}
