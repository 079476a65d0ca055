import AuditLedger

extension ErrorClass {
  /// What the class means, for a reader who was not there.
  var meaning: String {
    switch self {
    case .conflict: "The destination already has the key with other bytes. Nothing was overwritten."
    case .archived: "The source keeps the object in an archive class and cannot read it out as it is."
    case .sourceGone: "The source listed the object once, and does not have it any more."
    case .sourceChanged: "The object changed at the source after it was listed."
    case .denied: "A store refused the access."
    case .mismatched: "The destination\u{2019}s bytes are known to differ from the source\u{2019}s."
    case .missing: "The destination does not have the key."
    case .unverifiable: "No evidence reaches the proof that was required: the bytes may be equal or not."
    case .unsafeName: "The key cannot exist at the destination, or would leave its root."
    case .notCarriable: "A size, a header or another property cannot be carried to the destination."
    case .throttled: "A store asked for fewer requests, also at the last try."
    case .timeout: "A store did not answer in time, also at the last try."
    case .failed: "The object could not be copied or looked at, for another reason and after all retries."
    }
  }

  /// What to do next.
  var advice: String {
    switch self {
    case .conflict:
      "Compare the two objects. Remove or rename the one at the destination if it is not wanted, then retry."
    case .archived:
      "Ask for its restore with --restore DAYS, or restore it at the source; once it can be read, run again, or retry."
    case .sourceGone: "Find out who removed it. If that was meant, begin a new job on the new listing."
    case .sourceChanged: "Stop the writers of the source, then retry: the object is copied as it is by then."
    case .denied: "Give the credentials the right that the message names, then retry."
    case .mismatched:
      "Do not use the object at the destination. Copy it again; if it stays, keep the request ids for the vendor."
    case .missing:
      "Copy it, by retry or with the tool that moved the others; if it was there, look for lifecycle rules and other writers."
    case .unverifiable:
      "Verify with --read destination or both, or allow a weaker proof if policy permits it."
    case .unsafeName: "Rename the object at the source, or choose another destination prefix, in a new job."
    case .notCarriable: "Change the property that the message names at the source, then begin a new job."
    case .throttled:
      "Retry with --class throttled when the store is less busy, or at a lower --bandwidth or --concurrency."
    case .timeout: "Retry with --class timeout once the store, or the way to it, answers again."
    case .failed: "Read the message, remove its cause, then retry or verify again."
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
