import AuditLedger

extension ErrorClass {
  /// What the class means, for a reader who was not there.
  var meaning: String {
    switch self {
    case .conflict: "The destination already has the key with other bytes. Nothing was overwritten."
    case .archived: "The source keeps the object in an archive class and cannot read it out as it is."
    case .sourceGone: "The object was listed at the source, and was gone when it was read."
    case .sourceChanged: "The object changed at the source after it was listed."
    case .denied: "A store refused the access."
    case .mismatched: "The object was copied, and what the destination stored differs from the source."
    case .missing: "The object was copied, and the destination does not have it."
    case .unverifiable: "The object was copied, and no evidence reaches the proof that was required."
    case .unsafeName: "The key cannot exist at the destination, or would leave its root."
    case .notCarriable: "A size, a header or another property cannot be carried to the destination."
    case .failed: "The copy failed for another reason, after all its retries."
    }
  }

  /// What to do next.
  var advice: String {
    switch self {
    case .conflict:
      "Compare the two objects. Remove or rename the one at the destination if it is not wanted, then retry."
    case .archived: "Restore the object at the source, wait until it can be read, then retry."
    case .sourceGone: "Find out who removed it. If that was meant, begin a new job on the new listing."
    case .sourceChanged: "Stop the writers of the source, then begin a new job: it sends only what changed."
    case .denied: "Give the credentials the right that the message names, then retry."
    case .mismatched:
      "Do not use the object at the destination. Retry; if it stays, keep the request ids for the vendor."
    case .missing: "Look for lifecycle rules or other writers at the destination, then retry."
    case .unverifiable: "Read both sides again, or allow a weaker proof if policy permits it, then retry."
    case .unsafeName: "Rename the object at the source, or choose another destination prefix, in a new job."
    case .notCarriable: "Change the property that the message names at the source, then begin a new job."
    case .failed: "Read the message, remove its cause, then retry."
    }
  }
}

extension Proof {
  /// What the proof claims, and how far.
  var claim: String {
    switch self {
    case .size: "The sizes are equal. This completes no object."
    case .streamed:
      "What came out of the source's socket is what the destination stored. The source published no digest to compare with."
    case .endToEnd: "The digest that the source stored equals the digest that the destination computed."
    case .readBack: "As end-to-end, and the destination's bytes were read again."
    }
  }
}

extension ListName {
  /// What being in the list means.
  var meaning: String {
    switch self {
    case .completed: "bytes proven equal"
    case .error: "not proven; see below"
    case .skipped: "left out for a stated reason"
    case .pending: "not reached yet"
    }
  }
}
