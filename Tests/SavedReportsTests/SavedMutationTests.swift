import Foundation
import ObjectStorage
import SavedReports
import StorageTesting
import Testing

@Suite("damaged listings")
struct SavedMutationTests {
  private static let files = [
    "inventory/aws/v2.json", "inventory/aws/versions.json", "inventory/aws/v2-page2.json",
    "inventory/rclone/harbour.json", "evidence/harbor-job_total_list", "evidence/total_list_0",
    "inventory/s3/daily-all/2024-03-11T00-00Z/manifest.json",
  ]

  private func readers() throws -> [any SavedReader] {
    let manifest = try InventoryManifest(fixture("oss/all/2024-03-12T00-00Z/manifest.json"))
    return [
      PageListingReader(), PathListingReader(), MigrationListReader(side: .destination, takesCRC: true),
      KeyListReader(isZeroTerminated: false), InventoryReader(of: manifest),
    ]
  }

  @Test("any change of a listing ends in rows or in a problem, and in nothing else", arguments: files)
  func mutations(_ file: String) throws {
    var numbers = SeededNumbers(state: 11)
    let good = Array(try Fixtures.data(file))
    let readers = try readers()
    for _ in 0..<400 {
      var bytes = good
      for _ in 0...Int.random(in: 0...3, using: &numbers) {
        let place = Int.random(in: 0..<bytes.count, using: &numbers)
        switch Int.random(in: 0...4, using: &numbers) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
        case 1: bytes.remove(at: place)
        case 2: bytes.removeSubrange(place..<min(place + 40, bytes.count))
        case 3: bytes.insert(contentsOf: bytes[place..<min(place + 60, bytes.count)], at: place)
        default: bytes = Array(bytes.prefix(max(1, place)))
        }
        if bytes.isEmpty { bytes = [0] }
      }
      _ = try? SavedSniffer.format(ofHead: bytes[...])
      _ = try? InventoryManifest(bytes)
      for reader in readers {
        let found = try? read(bytes, reader, pieces: Int.random(in: 1...700, using: &numbers))
        for object in found?.rows.objects ?? [] { #expect(object.size >= 0 && !object.key.bytes.isEmpty) }
      }
    }
  }

  @Test(
    "a listing of JSON that is cut anywhere is a problem", arguments: files.filter { $0.hasSuffix("json") })
  func cut(_ file: String) throws {
    let good = Array(try Fixtures.data(file))
    let end = (good.lastIndex { !$0.isBlank } ?? 0)
    for length in stride(from: 0, through: end, by: 7) {
      let bytes = Array(good.prefix(length))
      for reader in try readers().prefix(2) {
        #expect(throws: ReportProblem.self, "\(length)") { try read(bytes, reader) }
      }
      #expect(throws: ReportProblem.self, "\(length)") { try InventoryManifest(bytes) }
    }
  }
}
