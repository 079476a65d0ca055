import AuditLedger
import Checksums
import ObjectStorage

/// Reads every file of a report once and gathers what does not fit.
struct ReportChecker {
  private let directory: String
  private(set) var check = ReportCheck()
  /// More than a seal over a hundred thousand files takes.
  static let largestSeal = 64 << 20
  private static let mostFindings = 20

  init(_ directory: String) { self.directory = directory }

  mutating func run(_ publicKey: Ed25519PublicKey?, _ root: Checksum?) {
    guard let seal = readSeal(publicKey) else { return }
    check.root = seal.root
    check.objects = seal.rows
    check.files = seal.files.count
    if let root, root != seal.root {
      note(Seal.fileName, "has the root \(seal.root.hex), and \(root.hex) was asked for")
    }
    checkNames(seal)
    for file in seal.files where file.name != ObjectTable.hashesName {
      if file.name == ObjectTable.name { checkRows(seal) } else { checkFile(file) }
    }
    if check.findings.count > Self.mostFindings {
      let more = check.findings.count - Self.mostFindings
      check.findings = check.findings.prefix(Self.mostFindings) + ["and \(more) more"]
    }
  }

  private mutating func note(_ file: String, _ what: String) {
    check.findings.append("\(shownSafely(file)): \(what)")
  }

  private mutating func readSeal(_ publicKey: Ed25519PublicKey?) -> Seal? {
    do throws(SealFault) {
      let bytes = try InputFile.whole("\(directory)/\(Seal.fileName)", limit: Self.largestSeal)
      checkSignature(over: bytes, publicKey)
      return try Seal(bytes: bytes)
    } catch {
      note(Seal.fileName, error.message)
      return nil
    }
  }

  private mutating func checkSignature(over seal: [UInt8], _ publicKey: Ed25519PublicKey?) {
    do throws(SealFault) {
      check.signature = try signature(of: directory, over: seal, publicKey)
    } catch {
      note(Seal.signatureName, error.message)
      check.signature = .invalid
    }
    guard publicKey != nil else { return }
    if check.signature == .absent { note(Seal.signatureName, "is missing: the report is not signed") }
    if check.signature == .invalid {
      note(Seal.signatureName, "is not the signature of that key over this seal")
    }
  }

  /// Names what stands in the folder and not in the seal.
  private mutating func checkNames(_ seal: Seal) {
    for name in unsealedNames(in: directory, seal) {
      note(name, "is not named by the seal: it is no part of the report")
    }
  }

  private mutating func checkFile(_ file: SealedFile) {
    do throws(SealFault) {
      compare(file, try InputFile("\(directory)/\(file.name)").content())
    } catch {
      note(file.name, error.message)
    }
  }

  private mutating func compare(_ file: SealedFile, _ found: FileContent) {
    if found.size != file.content.size {
      note(file.name, "has \(found.size) bytes, and the seal says \(file.content.size)")
    } else if found != file.content {
      note(file.name, "has the SHA-256 \(found.sha256.hex), and the seal says \(file.content.sha256.hex)")
    }
  }

  /// Where the hashes of the rows are those that were sealed, they tell which row is not.
  private mutating func checkRows(_ seal: Seal) {
    do throws(SealFault) {
      let table = try InputFile("\(directory)/\(ObjectTable.name)")
      let hashes: InputFile
      do throws(SealFault) {
        hashes = try InputFile("\(directory)/\(ObjectTable.hashesName)")
      } catch {
        note(ObjectTable.hashesName, error.message)
        return checkFile(SealedFile(ObjectTable.name, seal.file(ObjectTable.name)?.content ?? .none))
      }
      var rows = RowCheck(table: table, hashes: hashes)
      try rows.run()
      compare(seal, rows)
      for (name, file) in [(ObjectTable.name, table), (ObjectTable.hashesName, hashes)] {
        if let sealed = seal.file(name) { compare(sealed, try file.content()) }
      }
    } catch {
      note(ObjectTable.name, error.message)
    }
  }

  private mutating func compare(_ seal: Seal, _ rows: RowCheck) {
    // Where the rows are those that were sealed, it is their hashes that are not.
    let isSealed = rows.tree.count == seal.rows && rows.tree.root == seal.root
    if let finding = rows.finding, !isSealed || rows.hashesTree.root == seal.root {
      let isKnown = rows.hashesTree.root == seal.root
      note(
        ObjectTable.name, isKnown ? finding : "\(finding), as far as \(ObjectTable.hashesName) can be trusted"
      )
    }
    if rows.tree.count != seal.rows {
      note(ObjectTable.name, "has \(rows.tree.count) rows, and the seal says \(seal.rows)")
    } else if rows.tree.root != seal.root {
      note(ObjectTable.name, "has the root \(rows.tree.root.hex), and the seal says \(seal.root.hex)")
    } else {
      for list in ListName.allCases where rows.counts[list] ?? 0 != seal.counts[list] ?? 0 {
        note(
          ObjectTable.name,
          "has \(rows.counts[list] ?? 0) rows of the list \(list.rawValue), and the seal says \(seal.counts[list] ?? 0)"
        )
      }
    }
  }
}

extension FileContent {
  fileprivate static let none = FileContent(size: 0, sha256: .of([], .sha256))
}
