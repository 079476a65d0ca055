import ArgumentParser
import AuditLedger
import Foundation
import ObjectStorage
import Verification

struct ImportEvidence: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-evidence",
    abstract: "Takes digests that somebody else computed into the ledger, each with its file and line.",
    discussion: """
      EXAMPLES
        tranship import-evidence --ledger shop.ledger --side source sums.md5
        tranship import-evidence --ledger shop.ledger --side source report-*.csv
        find . -type f -exec md5sum {} + > sums.md5     and then --prefix ./

      The rows change no outcome by themselves. A file that is imported again
      adds nothing.

      FORMATS
        md5sum, sha1sum, sha256sum   also --tag, and --zero with -z
        rclone      hashsum MD5, SHA-1, SHA-256, CRC-32, also --base64;
                    and any mixture of the above
        s3-batch    "compute checksum" reports of S3 Batch Operations
        attributes  aws s3api get-object-attributes or head-object,
                    each object with its "Key" beside it
        migration   lists of Data Online Migration and of tranship report
      A hash of another algorithm that is as long as one of these is taken for
      it.

      NAMES
      In the first four formats a name is what stands behind the side's address:
      of s3://shop/2024/, a.csv is the key 2024/a.csv. In the others it is the
      whole key. --prefix drops a text from the start of every name; what is
      left stands behind the side's address, whatever the format.

      EXIT STATUS
        0    every row is in the ledger, or has no digest
        1    a row or a file is bad; the others are in the ledger
        2    the ledger cannot be used; what was imported before stays
        64   wrong usage
        75   another run holds the ledger
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case auto
    case md5sum
    case sha1sum
    case sha256sum
    case rclone
    case s3Batch = "s3-batch"
    case attributes
    case migration
  }

  @Option(help: "The file that holds the job.")
  var ledger: String
  @Option(help: "Whose objects the digests are of.")
  var side: LedgerSide
  @Option(help: "What the files are; auto tells it from their first lines.")
  var format = Format.auto
  @Option(help: ArgumentHelp("What is dropped from the start of every name.", valueName: "text"))
  var prefix = ""
  @Flag(
    name: [.customShort("z"), .customLong("zero")], help: "Rows of a list end with NUL, as of md5sum --zero.")
  var isZeroTerminated = false
  @Flag(help: "Prints one JSON object a file.")
  var json = false
  @Argument(help: "The reports.")
  var files: [String]

  func validate() throws {
    if isZeroTerminated && [.s3Batch, .attributes, .migration].contains(format) {
      throw ValidationError("rows of --format \(format.rawValue) end with a line feed; leave -z out")
    }
  }

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      try await withLedger(ledger, .write) { opened in
        guard let job = try await opened.job() else {
          throw LedgerError(.foreign, "the ledger \(ledger) has no job yet; run `tranship migrate` first")
        }
        let evidence = try EvidenceImport(
          into: opened, of: job,
          EvidenceImport.Settings(
            side: side.side, kind: EvidenceKind(rawValue: format.rawValue), dropping: ObjectKey(prefix),
            isZeroTerminated: isZeroTerminated))
        var status = ExitStatus.completed
        for file in files {
          let report = try await importing(file, evidence, console)
          console.result(json ? try report.json : report.text)
          if report.isBad { status = .errors }
        }
        return status
      }
    }
  }

  /// Imports one file; one that cannot be read is named, and the others go on.
  private func importing(
    _ file: String, _ evidence: EvidenceImport, _ console: Console
  ) async throws -> ImportReport {
    var report = ImportReport(file: file)
    do {
      let counts = try await evidence.run(file, at: RunClock.system.now()) { report.receive($0, console) }
      report.finish(counts, console)
    } catch let error as StorageError {
      console.note("tranship: \(error.message)")
      report.error = error.message
    }
    return report
  }
}
