public import AuditLedger
import Checksums
public import ObjectStorage

/// The proof that a migration asks for.
public enum RequiredProof: String, CaseIterable, Codable, Sendable {
  /// `end-to-end` wherever the source publishes a usable digest, `streamed` where it publishes none.
  case auto
  case streamed
  case endToEnd = "end-to-end"
  case readBack = "read-back"
}

/// The rule that turns evidence into a verdict; the only place that says `verified`.
///
/// | known | verdict |
/// | --- | --- |
/// | key absent at the destination | missing |
/// | sizes differ, or the stream was shorter or longer | mismatched |
/// | a source digest differs from the stream or from the destination | mismatched |
/// | the stream's digest differs from the destination's | mismatched |
/// | the ETag of the parts that were sent differs from the destination's, whose ETags are digests | mismatched |
/// | multipart ETags differ that need not be cut alike | no difference |
/// | an MD5 differs from an ETag that may not be one | unverifiable: opaque-etag |
/// | source digest = destination digest | end-to-end |
/// | source digest = stream, stream = destination digest | end-to-end |
/// | `Content-MD5` enforced with the source's MD5, stream = destination digest | end-to-end |
/// | one of these, the destination's digest computed over bytes read again | read-back |
/// | bytes of both sides, read for this, have equal digests | read-back |
/// | stream = destination digest, the source publishes none | streamed |
/// | the source's multipart ETag is not reached with any part size that was tried | unverifiable: part-sizes-unknown |
/// | the source's ETag is that of an encrypted object, and nothing else is known | unverifiable: encrypted-etag |
/// | digests of another generation of one side only | unverifiable: other-generation |
/// | digests of no common algorithm | unverifiable: no-common-digest |
/// | sizes only | unverifiable: size-only |
/// | a weaker proof than required | unverifiable: weaker-than-required |
public struct VerificationPolicy: Sendable {
  public var required: RequiredProof

  public init(required: RequiredProof = .auto) {
    self.required = required
  }

  public func judge(_ file: CaseFile) -> Verdict {
    guard let destinationSize = file.destination?.size else { return .missing }
    if destinationSize != file.listed.size {
      return .mismatched("the source has \(file.listed.size) bytes, the destination \(destinationSize)")
    }
    if let streamed = file.streamedBytes, streamed != file.listed.size {
      return .mismatched("the source has \(file.listed.size) bytes, \(streamed) came")
    }
    let digests = Digests(file)
    if let difference = digests.difference { return .mismatched(difference) }
    if digests.hasOpaqueDifference { return .unverifiable(.opaqueETag) }
    guard let (proof, match) = digests.strongest else { return .unverifiable(digests.absence) }
    return isEnough(proof, sourceHasDigest: digests.sourceHasDigest)
      ? .verified(proof, match) : .unverifiable(.weakerThanRequired)
  }

  /// The same rule for two rows of listings and nothing else; nil where they settle nothing.
  ///
  /// Digests in the shape of ETags that were computed independently and are equal prove; unequal ones may be of
  /// different kinds. Of no bytes at all there is nothing that could differ.
  public func judge(_ source: ListedObject, _ destination: ListedObject) -> Verdict? {
    guard source.size == destination.size else {
      return .mismatched("the source has \(source.size) bytes, the destination \(destination.size)")
    }
    guard source.isPlain, destination.isPlain, isEnough(.endToEnd, sourceHasDigest: true),
      let one = source.listedDigest,
      let other = source.eTag?.text == destination.eTag?.text ? one : destination.listedDigest,
      let match = ChecksumMatch(one, other)
    else { return nil }
    return .verified(.endToEnd, match)
  }

  /// Whether a proof completes an object; what `auto` asks for depends on whether the source publishes a digest.
  public func isEnough(_ proof: Proof, sourceHasDigest: Bool) -> Bool {
    switch required {
    case .auto: rank(proof) >= rank(sourceHasDigest ? .endToEnd : .streamed)
    case .streamed: rank(proof) >= rank(.streamed)
    case .endToEnd: rank(proof) >= rank(.endToEnd)
    case .readBack: proof == .readBack
    }
  }

  private func rank(_ proof: Proof) -> Int {
    switch proof {
    case .size: 0
    case .streamed: 1
    case .endToEnd: 2
    case .readBack: 3
    }
  }
}
