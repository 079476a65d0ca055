import ArgumentParser
import AuditLedger
import Checksums
import Foundation
import Migration
import NIOPosix
import ObjectStorage
import Reports
import StorageClients

/// A generation of the migration service, as an option names it.
enum ListGenerationOption: String, CaseIterable, ExpressibleByArgument {
  case classic
  case current

  var generation: ListGeneration {
    switch self {
    case .classic: .classic
    case .current: .current
    }
  }
}

/// Lists in place of a report: as the migration service writes them, or in the words of other tools.
struct ServiceListOptions: ParsableArguments {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case rcloneCombined = "rclone-combined"
    case batchManifest = "s3-batch-manifest"
  }

  enum List: String, CaseIterable, ExpressibleByArgument {
    case all
    case completed
    case error
    case skipped
    case pending
  }

  @Option(
    help:
      "Writes the lists of Data Online Migration alone, as its first (classic) or second (current) generation names and cuts them."
  )
  var lists: ListGenerationOption?
  @Option(help: ArgumentHelp("Cuts the lists into files of so many rows.", valueName: "rows"))
  var listRows: Int64?
  @Flag(
    help:
      "Puts the lists of --lists into the destination too, below the service's own folder; nothing is overwritten."
  )
  var upload = false
  @Option(help: "Writes one list in the words of another tool, to stdout or to the file of --output.")
  var format: Format?
  @Option(
    help: "Whose objects --format takes; otherwise all but the skipped ones, or the errors in a manifest.")
  var list: List?
  @OptionGroup(title: "Destination") var destinationOptions: DestinationOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  /// Whether they are asked for in place of a report.
  var isAsked: Bool { lists != nil || format != nil }

  func validate() throws {
    if lists != nil && format != nil { throw ValidationError("give --lists or --format, not both") }
    if lists == nil && (listRows != nil || upload) {
      throw ValidationError("--list-rows and --upload go with --lists")
    }
    if format == nil && list != nil { throw ValidationError("--list goes with --format") }
    if let listRows, listRows < 1 { throw ValidationError("--list-rows \(listRows) is not a number of rows") }
  }

  func run(_ ledger: String, to output: String?) async throws {
    let console = Console()
    try await Failure.handle(console) {
      try await withLedger(ledger, .read) { try await write($0, to: output, console) }
    }
  }

  /// Writes what is asked for; `output` is a folder for lists and a file otherwise.
  private func write(_ ledger: Ledger, to output: String?, _ console: Console) async throws -> ExitStatus {
    if let format { return try await write(format, ledger, to: output, console) }
    guard let output, let lists else {
      throw StorageError(.invalidRequest, "--lists needs --output, the folder that gets the lists")
    }
    let files = try await writeServiceLists(
      ledger: ledger, lists.generation, to: output, rowsAFile: listRows)
    for name in files.names { console.result("\(shownSafely(output))/\(name)") }
    guard upload, let job = try await ledger.job() else { return .completed }
    return try await put(files, job, console)
  }

  private func put(_ files: ServiceListFiles, _ job: JobSettings, _ console: Console) async throws
    -> ExitStatus
  {
    let factory = try StoreFactory(connection, clock: .system)
    defer { factory.transport.shutDown() }
    let address = try job.destination.address
    let store = try await factory.open(
      address, .destination, destinationOptions.settings.filled(from: job.destination))
    let upload = ListUpload(
      to: store,
      retrying: Retrying(policy: RetryPolicy(), budget: RequestBudget(retries: 100), clock: .system),
      eventLoops: MultiThreadedEventLoopGroup.singleton)
    let folder = try await DirectoryStore.open(
      path: absolute(files.folder), threadPool: .singleton, folderMarkers: .emptyOnly)
    var status = ExitStatus.completed
    for name in files.names {
      switch await result(of: name, upload, folder) {
      case .success(let stored): console.result(text(stored))
      case .failure(let error):
        console.note("tranship: \(error)")
        guard error.disposition == .fail || error.code == .corrupted else { throw error }
        status = .errors
      }
    }
    return status
  }

  private func result(
    of name: String, _ upload: ListUpload, _ folder: DirectoryStore
  ) async -> Result<ListUpload.Stored, StorageError> {
    do {
      return .success(try await upload.put(name, of: folder))
    } catch {
      return .failure(error)
    }
  }

  private func text(_ stored: ListUpload.Stored) -> String {
    let what = stored.wasThere ? "there already" : "uploaded"
    let how = stored.wasReadBack ? "of the bytes read again" : "as the store computed it"
    let digest = "\(stored.checksum.algorithm.rawValue) \(stored.checksum.text)"
    return "\(what): \(stored.key.shown), \(Wording.size(stored.size)), \(digest) \(how)"
  }

  private func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }

  private func write(
    _ format: Format, _ ledger: Ledger, to output: String?, _ console: Console
  ) async throws -> ExitStatus {
    let foreign: ForeignList = format == .rcloneCombined ? .rcloneCombined : .batchManifest
    let counts: ForeignListCounts
    if let output {
      counts = try await writeForeignList(ledger: ledger, foreign, of: wanted(format), to: output)
    } else {
      let stream = ResultStream()
      // A reader that went away has had enough.
      counts = try await forEachLine(of: ledger, as: foreign, of: wanted(format)) { _ = stream.write($0) }
      stream.flush()
    }
    if counts.left > 0 {
      console.note(
        "\(Wording.count(counts.left)) objects have names that the format cannot hold, and are left out")
      return .errors
    }
    return .completed
  }

  private func wanted(_ format: Format) -> Set<ListName> {
    switch list {
    case .all: Set(ListName.allCases)
    case .completed: [.completed]
    case .error: [.error]
    case .skipped: [.skipped]
    case .pending: [.pending]
    case nil: format == .rcloneCombined ? [.completed, .error, .pending] : [.error]
    }
  }
}
