import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import StorageTesting
import Testing

@testable import Reports

@Suite("the proof of one object")
struct InclusionProofTests {
  let scratch: ScratchFolder
  var folder: String { scratch.path + "/out" }
  var file: String { scratch.path + "/proof.json" }

  init() throws { scratch = try ScratchFolder() }

  private func report(_ keys: [ObjectKey], _ key: Ed25519PrivateKey? = nil) async throws -> ReportFiles {
    let ledger = try await makeLedger(in: scratch, keys.map { ($0, .error(.failed, "it \"broke\"\n=1")) })
    return try await writeReport(ledger: ledger, to: folder, toolVersion: "0.1.0", signingKey: key)
  }

  private func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) }

  @Test("every hostile key is proven alone, against the root and against the seal")
  func everyKey() async throws {
    let vectors = try HostileKeys.read()
    let files = try await report(vectors.map { ObjectKey($0.key) })
    for vector in vectors {
      let proof = try proveObject(vector.key, in: folder)
      #expect(proof.key == vector.machine)
      try write(proof.text)
      let check = checkProof(at: file, root: files.seal.root, seal: nil)
      #expect(check.finding == nil && check.proof == proof && check.signature == nil)
      #expect(checkProof(at: file, root: nil, seal: "\(folder)/SEAL.json").finding == nil)
    }
  }

  @Test("a key is taken as it is, and in the spelling of the lists where no object has it so")
  func spellings() async throws {
    _ = try await report([ObjectKey("a b"), ObjectKey("a%20b"), ObjectKey("c d"), ObjectKey(bytes: [0xFF])])
    #expect(try proveObject("a b", in: folder).key == "a%20b")
    #expect(try proveObject("a%20b", in: folder).key == "a%2520b")
    #expect(try proveObject("c%20d", in: folder).key == "c%20d")
    #expect(try proveObject("%FF", in: folder).key == "%FF")
    let error = #expect(throws: StorageError.self) { try proveObject("c", in: folder) }
    #expect(error?.code == .notFound && error?.message.contains("no object with the key c") == true)
  }

  @Test("a proof is worth nothing with another record, place, path, root or seal")
  func forged() async throws {
    let (one, other) = (
      try #require(Ed25519PrivateKey.generate()), try #require(Ed25519PrivateKey.generate())
    )
    let files = try await report(["a", "b", "c"].map { ObjectKey($0) }, one)
    let text = try proveObject("b", in: folder).text
    let root = files.seal.root
    let changes = [
      ("\"row\": 2", "\"row\": 1"), ("\"row\": 2", "\"row\": 0"),
      ("\"row\": 2", "\"row\": 9223372036854775807"),
      ("error,", "completed,"), ("\"key\": \"b\"", "\"key\": \"c\""), (root.hex, MerkleTree.leaf([]).hex),
      ("tranship-proof-1", "tranship-proof-2"), ("\"rows\": 3", "\"rows\": 1"), ("    \"", "    \"0"),
      ("}\n", ""),
    ]
    for (old, new) in changes {
      let changed = text.replacingOccurrences(of: old, with: new)
      try #require(changed != text)
      try write(changed)
      #expect(checkProof(at: file, root: root, seal: nil).finding?.hasPrefix(file) == true, "\(new)")
    }
    try write(text)
    #expect(
      checkProof(at: file, root: .of([1], .sha256), seal: nil).finding?.contains("does not lead") == true)
    #expect(checkProof(at: file, root: nil, seal: nil).finding?.contains("without a root or a seal") == true)
    let keys = [one, other].compactMap { $0.publicPEM.flatMap { Ed25519PublicKey(pem: $0) } }
    let seal = "\(folder)/SEAL.json"
    #expect(checkProof(at: file, root: nil, seal: seal, publicKey: keys[0]).signature == .valid)
    #expect(
      checkProof(at: file, root: nil, seal: seal, publicKey: keys[1]).finding?.contains(
        "is not signed with that key") == true)
    _ = try await report([ObjectKey("a"), ObjectKey("b"), ObjectKey("z")])
    #expect(checkProof(at: file, root: nil, seal: seal).finding?.contains("does not lead") == true)
    #expect(
      checkProof(at: file, root: nil, seal: seal, publicKey: keys[0]).finding?.contains("is not signed")
        == true)
  }

  @Test(
    "the lines of the documentation accept every proof, and none with another root",
    arguments: [1, 2, 3, 6, 7, 9])
  func documented(_ count: Int) async throws {
    let files = try await report((0..<count).map { ObjectKey("k\($0)") })
    let program = try Documented.python("holds")
    let folder = try TemporaryFolder()
    for index in 0..<count {
      try write(try proveObject("k\(index)", in: self.folder).text)
      for (root, answer) in [(files.seal.root, "True\n"), (MerkleTree.leaf([]), "False\n")] {
        let said = try await Documented.run(program, [file, root.hex], in: folder)
        #expect(said.stdout == answer, "\(index) of \(count): \(said.stderr)")
      }
    }
  }

  @Test("no proof comes from a report that does not fit its seal")
  func damaged() async throws {
    _ = try await report([ObjectKey("a"), ObjectKey("b")])
    let table = try contents("\(folder)/objects.csv")
    let damages = [table.replacingOccurrences(of: "failed", with: "denied"), table + "c,c\r\n"]
    for damage in damages {
      try Data(damage.utf8).write(to: URL(fileURLWithPath: "\(folder)/objects.csv"))
      let error = #expect(throws: StorageError.self) { try proveObject("a", in: folder) }
      #expect(error?.code == .localFault && error?.message.contains("proves nothing") == true)
    }
  }
}

@Suite("keys that reports are signed with")
struct KeyFileTests {
  let scratch: ScratchFolder
  var path: String { scratch.path + "/k" }

  init() throws { scratch = try ScratchFolder() }

  @Test("a pair is made once, the private half for its owner alone")
  func pair() throws {
    #expect(try makeKeyPair(path) == path + ".pub")
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    let signature = try #require(try readSigningKey(path).signature(over: [1]))
    #expect(try readPublicKey(path + ".pub").isValid(signature, over: [1]))
    let before = try contents(path)
    for taken in [path, path + ".pub"] {
      #expect(throws: StorageError.self) { try makeKeyPair(path) }
      #expect(FileManager.default.fileExists(atPath: taken))
      if taken == path {
        #expect(try contents(path) == before)
        unlink(path)
      }
    }
    // Where the public half is in the way, no private one is left.
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test("keys that others can read, or that are none, are refused by name")
  func refused() throws {
    _ = try makeKeyPair(path)
    for rights in [0o640, 0o604, 0o620] {
      chmod(path, mode_t(rights))
      let error = #expect(throws: StorageError.self) { try readSigningKey(path) }
      #expect(error?.message.contains("can be read by others") == true)
    }
    chmod(path, 0o600)
    chmod(path + ".pub", 0o600)
    #expect(throws: StorageError.self) { try readSigningKey(path + ".pub") }
    #expect(throws: StorageError.self) { try readPublicKey(path) }
    for missing in [scratch.path, scratch.path + "/none"] {
      #expect(throws: StorageError.self) { try readPublicKey(missing) }
    }
  }
}
