import AuditLedger

/// What one does about a class of errors.
func advice(_ errorClass: ErrorClass) -> String {
  switch errorClass {
  case .conflict:
    "The destination held other bytes under this key and was left alone. Decide which of the two is right; move the "
      + "other away, then run tranship retry."
  case .archived:
    "Restore the object at the source for long enough, then run tranship retry."
  case .sourceGone:
    "The object was deleted after the inventory. If that is right nothing is to be done; else find out who deletes."
  case .sourceChanged:
    "The object was overwritten after the inventory. tranship retry takes the current one."
  case .denied:
    "The credentials may not read or write this key. Give the right, then run tranship retry."
  case .mismatched:
    "The bytes arrived differently more than once. Do not use the destination's copy; run tranship retry, and if it "
      + "comes again suspect a proxy, a gateway or memory."
  case .missing:
    "The destination does not have what it said it stored. Run tranship retry; tell the vendor, with the request ids."
  case .unverifiable:
    "The copy may be right, and nothing proves it. Choose a policy that accepts what can be known (--require), or keep "
      + "the source."
  case .unsafeName:
    "The key cannot exist at the destination. Rename it at the source, or put it under a prefix."
  case .notCarriable:
    "The destination refuses the object as it is; its message says why."
  case .failed:
    "See the message; when its cause is mended run tranship retry."
  }
}

/// What a proof claims, in a few words.
func claim(_ proof: Proof) -> String {
  switch proof {
  case .size: "same size, nothing more"
  case .streamed: "stored as received; the source publishes no digest"
  case .endToEnd: "the source's own digest equals what the destination stored"
  case .readBack: "the same, and the destination's bytes were read again"
  }
}
