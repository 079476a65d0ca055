import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import StorageTesting
import Testing

@testable import Reports

@Suite("a report is held against its seal")
struct ReportCheckTests {
  let scratch: ScratchFolder
  var folder: String { scratch.path + "/out" }

  init() throws { scratch = try ScratchFolder() }

  private static let keys = ["a", "b b", "c", "d", "e"]

  private func report(_ key: Ed25519PrivateKey? = nil) async throws -> ReportFiles {
    let ledger = try await makeLedger(
      in: scratch,
      Self.keys.map { (ObjectKey($0), $0 == "e" ? .pending : .completed(.endToEnd, [crc64], sent: true)) },
      runState: .stopped)
    return try await writeReport(ledger: ledger, to: folder, toolVersion: "0.1.0", signingKey: key)
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  private func replace(_ name: String, _ bytes: some Sequence<UInt8>) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  /// Changes the lines of the table, the header among them.
  private func changeLines(_ body: (inout [String]) -> Void) throws {
    var lines = String(decoding: try bytes("objects.csv"), as: UTF8.self).components(separatedBy: "\r\n")
    body(&lines)
    try replace("objects.csv", lines.joined(separator: "\r\n").utf8)
  }

  @Test("one changed byte anywhere in any file is found, and the file named")
  func everyFile() async throws {
    let files = try await report()
    #expect(checkReport(at: folder, root: files.seal.root).fits)
    let seal = try Seal(bytes: Array(try bytes("SEAL.json")))
    for file in seal.files.map(\.name) {
      let whole = try bytes(file)
      for place in Set([0, whole.count / 3, whole.count / 2, whole.count - 1]) where !whole.isEmpty {
        var changed = whole
        changed[place] ^= 1
        try replace(file, changed)
        let check = checkReport(at: folder)
        #expect(!check.fits && check.findings.first?.hasPrefix("\(file): ") == true, "\(check.findings)")
      }
      try replace(file, whole + [10])
      #expect(!checkReport(at: folder).fits)
      try replace(file, whole)
    }
    #expect(checkReport(at: folder).fits)
  }

  @Test("no byte of a seal can change unnoticed")
  func everyByteOfTheSeal() async throws {
    _ = try await report()
    let whole = try bytes("SEAL.json")
    for place in whole.indices where place % 5 == 0 || place > whole.count - 80 {
      var changed = whole
      changed[place] ^= 1
      try replace("SEAL.json", changed)
      let findings = checkReport(at: folder).findings
      #expect(findings.first?.hasPrefix("SEAL.json: ") == true, "\(place) \(findings)")
    }
  }

  @Test("whatever is cut, turned, doubled or put in, the check ends and says that it does not fit")
  func damage() async throws {
    let files = try await report()
    try Data(try proveObject("b b", in: folder).text.utf8).write(
      to: URL(fileURLWithPath: "\(scratch.path)/p"))
    var random = SeededGenerator(seed: 20_261_128)
    let seal = try Seal(bytes: Array(try bytes("SEAL.json")))
    let names = seal.files.filter { $0.content.size > 0 }.map(\.name) + ["SEAL.json", "../p"]
    for _ in 0..<400 {
      guard let name = names.randomElement(using: &random) else { return }
      let whole = Array(try bytes(name))
      var changed = whole
      let place = Int.random(in: 0..<whole.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: changed.removeSubrange(place...)
      case 1: changed[place] = changed[place] &+ UInt8.random(in: 1...255, using: &random)
      case 2: changed.insert(contentsOf: [34, 10, 13, 92, 0, 255].shuffled(using: &random), at: place)
      default: changed += changed[place...]
      }
      try replace(name, changed)
      if name == "../p" {
        // White space of JSON is nothing that a proof says.
        let check = checkProof(at: "\(scratch.path)/p", root: files.seal.root, seal: nil)
        #expect(check.finding != nil || check.proof?.leads(to: files.seal.root) == true)
      } else {
        #expect(!checkReport(at: folder).fits, "\(name) \(place)")
      }
      try replace(name, whole)
    }
    #expect(checkReport(at: folder, root: files.seal.root).fits)
  }

  struct Change: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var finding: String
    var body: @Sendable (inout [String]) -> Void

    init(_ name: String, _ finding: String, _ body: @escaping @Sendable (inout [String]) -> Void) {
      (testDescription, self.finding, self.body) = (name, finding, body)
    }
  }

  static let changes = [
    Change("a digit", "row 2 (line 3), key b%20b, is not the row that was sealed") {
      $0[2] = $0[2].replacingOccurrences(of: ",9,", with: ",8,")
    },
    Change("a key", "row 3 (line 4), key x, is not the row that was sealed, which is that of the key c") {
      $0[3] = "x" + $0[3].dropFirst()
    },
    Change("the first dropped", "row 1, key a, is missing: it stood before the key b%20b") {
      $0.remove(at: 1)
    },
    Change("one dropped", "row 3, key c, is missing: it stood before the key d") { $0.remove(at: 3) },
    Change("the last dropped", "row 5 (line 6), key e, is missing, and all behind it") { $0.remove(at: 5) },
    Change("all dropped", "row 1 (line 2), key a, is missing, and all behind it") {
      $0.removeSubrange(1...5)
    },
    Change("one added", "row 3 (line 4), key bb, was added") { $0.insert("bb" + $0[3].dropFirst(), at: 3) },
    Change("one doubled", "row 4 (line 5), key c, was added") { $0.insert($0[3], at: 4) },
    Change("one added at the end", "row 6 (line 7), key z, was added behind the last one") {
      $0.insert("z" + $0[5].dropFirst(), at: 6)
    },
    Change("two swapped", "rows 2 and 3 (lines 3 and 4) are swapped: keys c and b%20b") { $0.swapAt(2, 3) },
    Change(
      "two far ones swapped",
      "row 1 (line 2), key d, is not the row that was sealed, which is that of the key a"
    ) {
      $0.swapAt(1, 4)
    },
    Change("a line end", "row 1 (line 2), key a, does not end in CR LF") {
      $0[1] += "\n" + $0[2]
      $0.remove(at: 2)
    },
    Change("the last line end", "row 5 (line 6), key e, does not end in CR LF") { $0.removeLast() },
    Change("the header", "the first line does not name the columns of this kind of report") {
      $0[0] = $0[0].replacingOccurrences(
        of: "source_size,destination_size", with: "destination_size,source_size")
    },
  ]

  @Test("a row that was changed, dropped, added or moved is named by number and key", arguments: changes)
  func rows(_ change: Change) async throws {
    _ = try await report()
    try changeLines(change.body)
    let check = checkReport(at: folder)
    #expect(check.findings.first == "objects.csv: \(change.finding)")
    #expect(!check.fits && check.findings.count > 1)
  }

  @Test(
    "rows that were changed together with their hashes are found by the root, and with the seal by a kept root"
  )
  func forged() async throws {
    let key = try #require(Ed25519PrivateKey.generate())
    let files = try await report(key)
    try changeLines { $0[2] = $0[2].replacingOccurrences(of: ",9,", with: ",8,") }
    let table = Array(try bytes("objects.csv"))
    var tree = MerkleTree()
    var hashes = ""
    for line in String(decoding: table, as: UTF8.self).components(separatedBy: "\r\n").dropFirst().dropLast()
    {
      tree.add(Array(line.utf8))
      hashes += "\(MerkleTree.leaf(Array(line.utf8)).hex) \(line.prefix { $0 != "," })\n"
    }
    try replace("objects.hashes", hashes.utf8)
    #expect(
      checkReport(at: folder).findings.first?.hasPrefix("objects.csv: has the root \(tree.root.hex)") == true)
    // Who makes the seal anew is not found by the report itself, and that is said.
    var seal = try Seal(bytes: Array(try bytes("SEAL.json")))
    seal.root = tree.root
    for index in seal.files.indices {
      let found = Array(try bytes(seal.files[index].name))
      seal.files[index].content = FileContent(size: Int64(found.count), sha256: .of(found, .sha256))
    }
    try replace("SEAL.json", seal.text.utf8)
    let bare = checkReport(at: folder)
    #expect(bare.fits && bare.signature == .unchecked)
    let kept = checkReport(at: folder, root: files.seal.root)
    #expect(kept.findings.first?.contains("\(files.seal.root.hex) was asked for") == true)
    let pem = try #require(key.publicPEM)
    let signed = checkReport(at: folder, publicKey: Ed25519PublicKey(pem: pem))
    #expect(signed.findings.first == "SEAL.sig: is not the signature of that key over this seal")
    #expect(signed.signature == .invalid)
  }

  @Test("a seal that tells other counts than the rows is refused")
  func counts() async throws {
    _ = try await report()
    var seal = try Seal(bytes: Array(try bytes("SEAL.json")))
    seal.counts = [.completed: 5]
    try replace("SEAL.json", seal.text.utf8)
    #expect(
      checkReport(at: folder).findings == [
        "objects.csv: has 4 rows of the list completed, and the seal says 5",
        "objects.csv: has 1 rows of the list pending, and the seal says 0",
      ])
  }

  @Test("keys: the right one fits, another one and none at all do not")
  func signatures() async throws {
    let (one, other) = (
      try #require(Ed25519PrivateKey.generate()), try #require(Ed25519PrivateKey.generate())
    )
    _ = try await report(one)
    let keys = [one, other].compactMap { $0.publicPEM.flatMap { Ed25519PublicKey(pem: $0) } }
    try #require(keys.count == 2)
    #expect(checkReport(at: folder, publicKey: keys[0]).fits)
    #expect(checkReport(at: folder, publicKey: keys[0]).signature == .valid)
    let wrong = checkReport(at: folder, publicKey: keys[1])
    #expect(wrong.signature == .invalid && !wrong.fits)
    #expect(checkReport(at: folder).signature == .unchecked)
    _ = try await report()
    let absent = checkReport(at: folder, publicKey: keys[0])
    #expect(absent.findings == ["SEAL.sig: is missing: the report is not signed"])
    #expect(checkReport(at: folder).signature == .absent)
  }

  @Test("a seal that is missing, cut off, spelled in another way, or names other folders is refused")
  func badSeals() async throws {
    _ = try await report()
    let whole = try bytes("SEAL.json")
    let text = String(decoding: whole, as: UTF8.self)
    let bad: [(String, String)] = [
      (String(text.dropLast(30)), "is no whole seal"), ("", "is no whole seal"), ("[]", "is no whole seal"),
      (text.replacingOccurrences(of: "summary.csv", with: "../summary.csv"), "names the file ../summary.csv"),
      (text.replacingOccurrences(of: "summary.csv", with: "/etc/passwd"), "names the file /etc/passwd"),
      (
        text.replacingOccurrences(of: "tranship-seal-1", with: "tranship-seal-9"),
        "of the kind tranship-seal-9"
      ),
      (text.replacingOccurrences(of: "  \"job\"", with: " \"job\""), "not the bytes that tranship writes"),
      (text.replacingOccurrences(of: "{\n", with: "{\n  \"job\": \"x\",\n"), "not the bytes"),
      (text.replacingOccurrences(of: "summary.html", with: "summary.csv"), "not the bytes"),
      (text.replacingOccurrences(of: "objects.hashes", with: "objects.other"), "not the bytes"),
    ]
    for (seal, words) in bad {
      try replace("SEAL.json", seal.utf8)
      let check = checkReport(at: folder)
      #expect(check.findings.first?.hasPrefix("SEAL.json: ") == true && check.root == nil && !check.fits)
      #expect(check.findings.first?.contains(words) == true, "\(check.findings) \(words)")
    }
    try FileManager.default.removeItem(atPath: "\(folder)/SEAL.json")
    #expect(checkReport(at: folder).findings == ["SEAL.json: is missing"])
    #expect(checkReport(at: "\(folder)/nowhere").findings == ["SEAL.json: is missing"])
  }

  @Test(
    "what is not a plain file of the report is refused by name: links, folders, pipes, and files beside it")
  func strangers() async throws {
    _ = try await report()
    let manager = FileManager.default
    try manager.moveItem(atPath: "\(folder)/summary.csv", toPath: "\(scratch.path)/elsewhere.csv")
    try manager.createSymbolicLink(
      atPath: "\(folder)/summary.csv", withDestinationPath: "\(scratch.path)/elsewhere.csv")
    #expect(
      checkReport(at: folder).findings == ["summary.csv: is a symbolic link; a report has plain files only"])
    try manager.removeItem(atPath: "\(folder)/summary.csv")
    mkfifo("\(folder)/summary.csv", 0o600)
    #expect(checkReport(at: folder).findings == ["summary.csv: is not a plain file"])
    unlink("\(folder)/summary.csv")
    #expect(checkReport(at: folder).findings == ["summary.csv: is missing"])
    try manager.moveItem(atPath: "\(scratch.path)/elsewhere.csv", toPath: "\(folder)/summary.csv")
    try manager.createDirectory(atPath: "\(folder)/more", withIntermediateDirectories: false)
    try replace("\u{1B}[31m", [1])
    #expect(
      checkReport(at: folder).findings == [
        "\\u{1b}[31m: is not named by the seal: it is no part of the report",
        "more: is not named by the seal: it is no part of the report",
      ])
  }
}
