import AuditLedger
public import Checksums
import Glibc
import ObjectStorage

/// What became of holding a report against its seal.
public struct ReportCheck: Hashable, Sendable {
  /// What stands behind the seal itself.
  public enum Signature: Hashable, Sendable {
    /// There is none: who can write the report can write its seal.
    case absent
    /// There is one, and no key was given to check it with.
    case unchecked
    /// It is that of the key that was given.
    case valid
    /// There is one, and it is not that of the key that was given.
    case invalid
  }

  /// What does not fit, the first one first: a file, or a row of it, and how.
  ///
  /// Empty where all fits.
  public internal(set) var findings: [String] = []
  public internal(set) var signature = Signature.absent
  /// What the seal says; nil where there is no usable one.
  public internal(set) var root: Checksum?
  public internal(set) var objects: Int64 = 0
  public internal(set) var files = 0

  public var fits: Bool { findings.isEmpty && root != nil }
}

/// Holds the report in a folder against its seal, and the seal against a key and a root that were kept elsewhere.
public func checkReport(
  at directory: String, publicKey: Ed25519PublicKey? = nil, root: Checksum? = nil
) -> ReportCheck {
  var checker = ReportChecker(directory)
  checker.run(publicKey, root)
  return checker.check
}

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

/// What stands behind the seal of a folder.
func signature(
  of directory: String, over seal: [UInt8], _ publicKey: Ed25519PublicKey?
) throws(SealFault) -> ReportCheck.Signature {
  let path = "\(directory)/\(Seal.signatureName)"
  var status = stat()
  if lstat(path, &status) != 0 && errno == ENOENT { return .absent }
  let bytes = try InputFile.whole(path, limit: 4096)
  guard let publicKey else { return .unchecked }
  return publicKey.isValid(bytes, over: seal) ? .valid : .invalid
}

/// What stands in the folder of a report and is neither of it nor its seal, by name.
func unsealedNames(in directory: String, _ seal: Seal) -> [String] {
  guard let folder = opendir(directory) else { return [] }
  defer { closedir(folder) }
  let known = Set(seal.files.map(\.name) + [".", "..", Seal.fileName, Seal.signatureName])
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if !known.contains(name) { names.append(name) }
  }
  return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
}
