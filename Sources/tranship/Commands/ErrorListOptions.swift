import ArgumentParser
import AuditLedger
import Foundation
import ObjectStorage
import SavedReports

/// How a list is written, as an option names it.
enum ListFormatOption: String, ExpressibleByArgument, CaseIterable {
  case classic
  case current
  case rcloneCombined = "rclone-combined"
  case batchManifest = "s3-batch-manifest"
  case keys

  var format: ErrorListFormat {
    switch self {
    case .classic: .classic
    case .current: .current
    case .rcloneCombined: .rcloneCombined
    case .batchManifest: .batchManifest
    case .keys: .keys
    }
  }
}

/// How a list writes names, as an option names it.
enum ListNamesOption: String, ExpressibleByArgument, CaseIterable {
  case plain
  case percent
  case percentPlus = "percent-plus"
  case rclone
  case rcloneDots = "rclone-dots"

  var spelling: ListedSpelling {
    switch self {
    case .plain: .plain
    case .percent: .percent
    case .percentPlus: .percentPlus
    case .rclone: .rclone
    case .rcloneDots: .rcloneDots
    }
  }
}

/// What a retry is limited to.
struct ErrorListOptions: ParsableArguments {
  @Option(
    name: .customLong("error-list"),
    help: ArgumentHelp(
      "Takes up the objects that a list names, and no others; may be given again.", valueName: "file"))
  var errorList: [String] = []
  @Option(help: "What the lists are; otherwise told from their first lines.")
  var listFormat: ListFormatOption?
  @Option(
    help: """
      How the lists write names: plain (as they are), percent (percent-encoded), percent-plus (the same with + for a \
      blank), rclone or rclone-dots (with its symbols); otherwise told by what exists.
      """)
  var listNames: ListNamesOption?
  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "Takes up errors of these classes alone, such as throttled,timeout.", valueName: "classes"))
  var errorClass: String?

  /// The classes that are named; nil for all.
  var classes: Set<ErrorClass>? {
    errorClass.map { text in
      Set(
        text.split(separator: ",", omittingEmptySubsequences: false).compactMap {
          ErrorClass(rawValue: String($0))
        })
    }
  }

  func validate() throws {
    if errorList.isEmpty && (listFormat != nil || listNames != nil) {
      throw ValidationError("--list-format and --list-names go with --error-list")
    }
    for word in errorClass?.split(separator: ",", omittingEmptySubsequences: false) ?? []
    where ErrorClass(rawValue: String(word)) == nil {
      throw ValidationError(
        "--class \(shownSafely(String(word))) is not one of "
          + ErrorClass.allCases.map(\.rawValue).joined(separator: ", "))
    }
  }
}

/// What a retry shares with other runs; its ledger may follow from its list.
struct RetryOptions: ParsableArguments {
  @Option(help: "The file that holds the job; made where there is none and a list is given.")
  var ledger: String?
  @Option(help: "The proof that completes an object: auto, streamed, end-to-end or read-back.")
  var require: String?
  @Option(
    help: ArgumentHelp("The size of a part where an object goes in parts; as for migrate.", valueName: "size")
  )
  var partSize: String?
  @Option(help: "Retries of the whole run, all objects together.")
  var retries: Int?
  @Option(help: "The folder that gets the report; by default reports/JOB/RUN beside the ledger.")
  var output: String?
  @Option(
    help: "Writes the lists of Data Online Migration too, classic or current ones; as for migrate.")
  var lists: ListGenerationOption?
  @Flag(help: "Prints one JSON event a line.")
  var json = false

  /// The same as the options of a run, with their defaults.
  func options(listed: String?) throws -> RunOptions {
    let beside = listed.map { URL(fileURLWithPath: $0).lastPathComponent + ".ledger" }
    var options = try RunOptions.parse(["--ledger=\(ledger ?? beside ?? "")"])
    options.require = require ?? options.require
    options.partSize = partSize ?? options.partSize
    options.retries = retries ?? options.retries
    options.output = output
    options.lists = lists
    options.json = json
    return options
  }
}
