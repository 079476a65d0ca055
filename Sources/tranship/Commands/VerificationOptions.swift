import ArgumentParser
import AuditLedger
import ObjectStorage
import Verification

struct VerificationOptions: ParsableArguments {
  @Option(
    help:
      "The file that holds the job; made where there is none. Without it nothing is kept but what is printed."
  )
  var ledger: String?
  @Option(help: "The proof that verifies an object: auto, streamed, end-to-end or read-back.")
  var require: String = "auto"
  @Option(
    help:
      "What may be read where listings and HEAD leave an object open: none, destination or both. Files of a directory are always read."
  )
  var read: String?
  @Option(
    help:
      "Reads a random part of the objects, whatever is known of them: 2/10 (the second tenth), 5%, or a size such as 20GiB. Shares and sizes go on where the last sample of the ledger ended."
  )
  var sample: String?
  @Flag(help: "Asks about every object, so that headers and user metadata are compared too.")
  var metadata = false
  @Flag(help: "Compares tags as well; two more requests an object.")
  var tags = false
  @Flag(
    help:
      "Takes the inventories that the ledger holds, and lists nothing: what is said of them is as of then.")
  var noListing = false
  @Flag(help: "Lets digests count that were taken in with import-evidence.")
  var acceptImported = false
  @Flag(
    help:
      "Takes no ETag for a digest, on either side: checksums, CRCs and bytes alone prove. For stores that copy or invent ETags."
  )
  var distrustEtags = false
  @Flag(help: "Keys that only the destination has make the exit status 1.")
  var noExtra = false
  @Option(help: "Objects that are looked at at one time.")
  var concurrency = 32
  @Option(help: "Retries of the whole run, all objects together.")
  var retries = 10_000
  @Option(
    help: "The folder that gets the report; by default reports/JOB/RUN beside the ledger, none without one.")
  var output: String?
  @Flag(help: "Prints one JSON event a line.")
  var json = false

  func validate() throws {
    if let read, Reading(rawValue: read) == nil {
      throw ValidationError("--read \(shownSafely(read)) is not one of none, destination, both")
    }
    _ = try requiredProof()
    _ = try sampleSize()
    if read == Reading.none.rawValue, require == RequiredProof.readBack.rawValue || sample != nil {
      throw ValidationError("--read none keeps the bytes from being read that this asks for")
    }
    if noListing && ledger == nil {
      throw ValidationError("--no-listing needs the --ledger that holds the inventories")
    }
  }

  /// What the verification was asked for, as reports tell it.
  var settings: [RunSetting] {
    var settings = [
      RunSetting("require", require), RunSetting("concurrency", String(concurrency)),
      RunSetting("retries", String(retries)),
    ]
    if let read { settings.append(RunSetting("read", read)) }
    if let sample { settings.append(RunSetting("sample", sample)) }
    let flags = [
      ("metadata", metadata), ("tags", tags), ("no-listing", noListing), ("accept-imported", acceptImported),
      ("distrust-etags", distrustEtags), ("no-extra", noExtra),
    ]
    return settings + flags.compactMap { $0.1 ? RunSetting($0.0, "yes") : nil }
  }

  var reading: Reading { read.flatMap { Reading(rawValue: $0) } ?? .none }

  func requiredProof() throws -> RequiredProof {
    guard let required = RequiredProof(rawValue: require) else {
      throw ValidationError(
        "--require \(shownSafely(require)) is not one of "
          + RequiredProof.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return required
  }

  func sampleSize() throws -> (text: String, size: SampleSize)? {
    guard let sample else { return nil }
    guard let size = SampleSize(sample) else {
      throw ValidationError(
        "--sample \(shownSafely(sample)) is neither n/t (2/10), nor p% (5%), nor a size (20GiB)")
    }
    return (sample, size)
  }
}
