import ArgumentParser
import Checksums
import Foundation
import ObjectStorage
import Reports

struct CheckReport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Holds a report, or the proof of one object, against its seal.",
    discussion: """
      EXAMPLES
        tranship report check shop-report --public-key auditor.key.pub
        tranship report check shop-report --root HEX
        tranship report check a.json --root HEX
        tranship report check a.json --seal SEAL.json --public-key auditor.key.pub

      It needs no ledger. Exits with 1 where something does not fit, and names it:
      the file, the row, the key.
      """)

  @Argument(help: "The folder of a report, or a file that tranship report prove printed.")
  var path: String
  @Option(
    name: .customLong("public-key"),
    help: ArgumentHelp("The seal has to be signed with the private half of this key.", valueName: "file"))
  var publicKey: String?
  @Option(help: ArgumentHelp("The root that was printed when the report was written.", valueName: "hex"))
  var root: String?
  @Option(help: ArgumentHelp("For a proof: the SEAL.json that it belongs to.", valueName: "file"))
  var seal: String?

  private var isFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  func validate() throws {
    if let root, Checksum(.sha256, hex: root) == nil {
      throw ValidationError("--root \(shownSafely(root)) is not a SHA-256 of 64 hexadecimal digits")
    }
    if isFolder, seal != nil {
      throw ValidationError("--seal is for proofs: a report is checked against the seal in its folder")
    }
    if !isFolder, root == nil, seal == nil {
      throw ValidationError(
        "\(shownSafely(path)) is no folder; to check the proof of one object give --root or --seal")
    }
    if !isFolder, seal == nil, publicKey != nil {
      throw ValidationError("--public-key checks a seal: give --seal with it")
    }
  }

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      let key = try publicKey.map(readPublicKey)
      let wanted = root.flatMap { Checksum(.sha256, hex: $0) }
      return isFolder ? checkFolder(key, wanted, console) : checkProofFile(key, wanted, console)
    }
  }

  private func checkFolder(_ key: Ed25519PublicKey?, _ wanted: Checksum?, _ console: Console) -> ExitStatus {
    let check = checkReport(at: path, publicKey: key, root: wanted)
    for finding in check.findings { console.result(finding) }
    guard check.fits, let found = check.root else {
      console.note("tranship: the report \(shownSafely(path)) does not fit its seal")
      return .errors
    }
    console.result(
      "\(shownSafely(path)) fits its seal: \(Wording.count(check.objects)) objects, \(Wording.count(check.files)) files"
    )
    console.result("root: \(found.hex)\(wanted == nil ? "" : ", as was asked for")")
    console.result(Self.sentence(check.signature))
    if check.signature != .valid, wanted != nil {
      console.result("the root vouches for the rows of objects.csv; for the other files only the seal does")
    }
    return .completed
  }

  private func checkProofFile(
    _ key: Ed25519PublicKey?, _ wanted: Checksum?, _ console: Console
  ) -> ExitStatus {
    let check = checkProof(at: path, root: wanted, seal: seal, publicKey: key)
    guard check.finding == nil, let proof = check.proof else {
      console.result(check.finding ?? "\(shownSafely(path)): is no proof")
      console.note("tranship: the proof \(shownSafely(path)) proves nothing")
      return .errors
    }
    console.result("the report with the root \(proof.root.hex) has this row, key \(shownSafely(proof.key)):")
    console.result(shownSafely(proof.record))
    if let signature = check.signature { console.result(Self.sentence(signature)) }
    return .completed
  }

  private static func sentence(_ signature: ReportCheck.Signature) -> String {
    switch signature {
    case .valid: "signature: valid, made with the private half of that key"
    case .invalid: "signature: not made with that key"
    case .unchecked:
      "signature: there is one, and it was not checked; without --public-key a forger is not excluded"
    case .absent:
      "signature: none; who can write the report can write its seal, so a forger is not excluded"
    }
  }
}
