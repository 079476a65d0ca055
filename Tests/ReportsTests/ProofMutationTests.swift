import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import StorageTesting
import Testing

@testable import Reports

@Suite("proofs and seals that were damaged", .timeLimit(.minutes(2)))
struct ProofMutationTests {
  let scratch: ScratchFolder
  var folder: String { scratch.path + "/out" }

  init() throws { scratch = try ScratchFolder() }

  static let words = [
    "\"row\": 1", "\"rows\": 7,", "9223372036854775807", "-1", "1e3", "\"path\": [],", "null", "\\u0000",
    "tranship-proof-1",
    "\"key\": \"k3\",", "{", "}", "[", "]",
  ]

  private func report() async throws -> ReportFiles {
    let keys = (0..<7).map { ObjectKey("k\($0)") }
    let ledger = try await makeLedger(in: scratch, keys.map { ($0, .error(.failed, "it broke")) })
    return try await writeReport(ledger: ledger, to: folder, toolVersion: "0.1.0")
  }

  @Test("a proof that still fits a root says what the true one says")
  func proofs() async throws {
    let files = try await report()
    let proofs = try (0..<7).map { try proveObject("k\($0)", in: folder) }
    let samples = proofs.map { Array($0.text.utf8) }
    var fitting = 0
    for seed in 0..<6000 {
      var mutator = Mutator(seed: UInt64(seed), words: Self.words)
      guard let proof = try? InclusionProof(bytes: mutator.damaged(samples)) else { continue }
      guard proof.leads(to: files.seal.root) else { continue }
      fitting += 1
      let isTrue = proofs.contains {
        ($0.record, $0.row, $0.path.count) == (proof.record, proof.row, proof.path.count)
      }
      #expect(isTrue, "seed \(seed): \(proof.text)")
    }
    #expect(fitting > 10, "\(fitting) fit")
  }

  @Test("a seal is read only as the bytes that it was written as")
  func seals() async throws {
    _ = try await report()
    let sample = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/SEAL.json")))
    for seed in 0..<6000 {
      var mutator = Mutator(seed: UInt64(seed), words: Self.words)
      let bytes = mutator.damaged([sample])
      guard let seal = try? Seal(bytes: bytes) else { continue }
      // Another seal may stand in the bytes, but then it is one that says exactly this.
      #expect(Array(seal.text.utf8) == bytes, "seed \(seed)")
      #expect(bytes == sample || seal.text != String(decoding: sample, as: UTF8.self), "seed \(seed)")
    }
  }
}
