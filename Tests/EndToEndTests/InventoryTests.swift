import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("the built binary takes inventories", .serialized, .timeLimit(.minutes(10)))
struct EndToEndInventoryTests {
  @Test("its counts are those of an independent listing, at every depth and behind a prefix")
  func counts() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 1100)
    try harbour.s3.archive(bucket: "from", key: Array("empty".utf8))
    for (prefix, depth) in [("", 1), ("", 2), ("orders/", 1), ("", 0)] {
      let report = try await harbour.inventory(
        "s3://from/\(prefix)", ["--depth", "\(depth)", "--for", "oss"],
        ledger: "\(prefix.count)-\(depth).ledger")
      let counted = try await harbour.counted(prefix, depth)
      #expect(report.objects == counted.objects && report.bytes == counted.bytes)
      #expect(
        report.storageClasses.map { [$0.objects, $0.bytes] }.sorted { $0[1] > $1[1] }
          == counted.storageClasses.values.sorted { $0[1] > $1[1] })
      for (index, one) in report.sizes.enumerated() {
        #expect([one.objects, one.bytes] == counted.sizes["\(index)"] ?? [0, 0])
      }
      #expect(report.prefixes.count == counted.folders.count)
      for one in report.prefixes.largest {
        #expect([one.objects, one.bytes] == counted.folders[one.prefix], "\(one.prefix)")
      }
      #expect(report.eTags.md5 == counted.tags["md5"] && report.eTags.parts == counted.tags["parts"])
      #expect(report.eTags.multipart == counted.tags["multipart"] ?? 0)
      #expect(report.oldest?.key == counted.oldest && report.newest?.key == counted.newest)
      #expect(report.keys.longest == counted.longest && report.keys.slashMarkers == counted.markers)
      #expect(report.listing.complete && report.listing.ordered == true)
      #expect((report.listing.requests ?? 0) >= counted.objects / 1000 + 1)
    }
    let whole = try await harbour.inventory("s3://from", ["--for", "oss"], ledger: "0-1.ledger")
    #expect(whole.objects == written.count)
    // A complete inventory asks the store for nothing.
    #expect(whole.listing.requests == nil)
    #expect(whole.preflight?.refusals.map(\.reason) == ["archived"])
    #expect(whole.preflight?.refusals.first?.examples.map(\.key) == ["empty"])
    await harbour.stop()
  }

  @Test("what a migration then asks for is what the cost sheet said, and the inventory is not listed again")
  func cost() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 20)
    let report = try await harbour.inventory(
      "s3://from", ["--destination", "oss://into", "--bandwidth", "1MiB/s", "--requests-per-second", "2"],
      ledger: "job.ledger")
    let cost = try #require(report.cost)
    let before = harbour.s3.journal().count
    let run = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(run.status == 0, "\(run.stderr)")
    let asked = harbour.s3.journal().dropFirst(before)
    func source(_ operation: String, ranged: Bool = false) -> Int {
      asked.filter { $0.operation == operation && ($0.range != nil) == ranged }.count
    }
    func destination(_ operation: String) -> Int {
      harbour.oss.journal().filter { $0.operation == operation && $0.status < 300 }.count
    }
    #expect(asked.allSatisfy { $0.operation != "ListObjectsV2" } && cost.source.list == 0)
    #expect(cost.source.get == source("GetObject") && cost.source.head == source("HeadObject"))
    #expect(cost.source.rangedGet == source("GetObject", ranged: true))
    #expect(cost.destination.put == destination("PutObject"))
    #expect(cost.destination.uploadPart == destination("UploadPart"))
    #expect(cost.destination.completeUpload == destination("CompleteMultipartUpload"))
    // The probe begins an upload of its own.
    #expect(cost.destination.createUpload == destination("CreateMultipartUpload") - 1)
    let lists = destination("ListObjectsV2") + destination("ListMultipartUploads")
    #expect(
      cost.destination.list == lists && cost.destination.probe == 3, "\(cost.destination.list) of \(lists)")
    #expect(cost.bytes == report.bytes && cost.secondsForBytes == Double(cost.bytes) / 1_048_576)
    #expect(cost.seconds == max(Double(cost.requests) / 2, Double(cost.bytes) / 1_048_576))
    #expect(cost.largest?.key == "multipart/eighty.bin" && cost.largest?.parts == 3)
    await harbour.stop()
  }

  @Test("what pre-flight refuses is what a migration then refuses, and what oss2 and the store refuse")
  func hostile() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.hostile("s3", harbour.s3.endpoint, "from")
    #expect(!written.values.contains(false))
    let report = try await harbour.inventory(
      "s3://from", ["--destination", "oss://into"], ledger: "job.ledger")
    #expect(report.objects == written.count)
    let preflight = try #require(report.preflight)
    let refused = Set(preflight.refusals.flatMap(\.examples).map(\.key))
    #expect(refused.count == preflight.refused.objects && !refused.isEmpty)
    let tried = try await harbour.hostile("oss", harbour.oss.endpoint, "into")
    #expect(tried.filter { !$0.value }.keys.sorted() == refused.sorted())

    try harbour.oss.createBucket("again")
    let migration = harbour.migration().map { $0 == "oss://into" ? "oss://again" : $0 }
    let run = try await Tranship.command(migration, environment: harbour.environment, in: harbour.folder)
      .run()
    #expect(run.status == 1, "\(run.stderr)")
    #expect(try harbour.list("error", run: 1).sorted() == refused.sorted())
    #expect(try await harbour.status().errors == ["unsafe-name": refused.count])
    await harbour.stop()
  }

  @Test("the same for a directory: as many keys as pre-flight names do not land")
  func hostileDirectory() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.hostile("s3", harbour.s3.endpoint, "from")
    let nas = "file://\(harbour.folder.path)/nas"
    try FileManager.default.createDirectory(
      atPath: harbour.folder.path + "/nas", withIntermediateDirectories: true)
    let report = try await harbour.inventory("s3://from", ["--destination", nas], ledger: "job.ledger")
    let preflight = try #require(report.preflight)
    #expect(preflight.refusals.map(\.reason).contains("file-beside-folder"))
    #expect(preflight.warnings.map(\.reason).contains("twin-name"))
    let migration = harbour.migration().map { $0 == "oss://into" ? nas : $0 }
    let run = try await Tranship.command(migration, environment: harbour.environment, in: harbour.folder)
      .run()
    #expect(run.status == 1, "\(run.stderr)")
    #expect(try await harbour.status().error == preflight.refused.objects)
    await harbour.stop()
  }

  @Test("listed again, it names what is new, changed and gone")
  func relisted() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 5)
    let first = try await harbour.inventory("s3://from", ["--relist"], ledger: "job.ledger")
    #expect(first.relisting?.mapValues(\.count) == ["new": 0, "changed": 0, "gone": 0])
    let changed = try await Subprocess.script(
      "change_s3.py", [harbour.s3.endpoint, "from", "empty", "a b/c+d.txt", "new\u{7}key"],
      environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(changed.status == 0, "\(changed.stderr)")
    let second = try await harbour.inventory("s3://from", ["--relist"], ledger: "job.ledger")
    #expect(second.relisting?["changed"]?.examples == ["empty"])
    #expect(second.relisting?["gone"]?.examples == ["a%20b/c%2Bd.txt"])
    #expect(second.relisting?["new"]?.examples == ["new%07key"])
    #expect(second.objects == first.objects && second.listing.noLongerNamed == 1)
    await harbour.stop()
  }

  @Test(
    "versions and marks of deletion are counted and kept where they are asked for, else named as left out")
  func versions() async throws {
    let harbour = try await Harbour()
    let store = try await harbour.versioned(.s3, "kept")
    _ = try await harbour.fill(store.endpoint, bucket: "kept", small: 5)
    let changed = try await Subprocess.script(
      "change_s3.py", [store.endpoint, "kept", "empty", "a b/c+d.txt", "new\u{7}key"],
      environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(changed.status == 0, "\(changed.stderr)")
    let at = ["--source-endpoint", store.endpoint]
    let plain = try await harbour.inventory("s3://kept", at, ledger: "plain.ledger")
    #expect(plain.listing.versions.versioning == "enabled" && plain.listing.versions.older == nil)
    let whole = try await harbour.inventory("s3://kept", at + ["--versions"], ledger: "whole.ledger")
    #expect(whole.listing.versions.older == 2 && whole.listing.versions.deleteMarks == 1)
    #expect(whole.objects == plain.objects && whole.listing.requests == 2)
    let again = try await harbour.inventory("s3://kept", at + ["--versions"], ledger: "whole.ledger")
    #expect(again.listing.versions.older == 2 && again.listing.requests == nil)
    let rows = try await Tranship.command(
      [
        "sql", "--ledger", "whole.ledger", "--csv",
        "SELECT key_text, is_latest, is_delete_marker, size FROM versions WHERE NOT is_latest OR is_delete_marker",
      ], in: harbour.folder
    ).run()
    #expect(rows.stdout.contains("empty,0,0,0") && rows.stdout.contains("a%20b/c%2Bd.txt,1,1,0"), "\(rows)")
    let never = try await harbour.inventory("s3://from", [], ledger: "never.ledger")
    #expect(never.listing.versions.versioning == "never")
    await store.stop()
    await harbour.stop()
  }

  @Test("tables are aligned, and what a key carries does not reach the terminal")
  func tables() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.hostile("s3", harbour.s3.endpoint, "from")
    let said = try await harbour.command(
      "s3://from", ["--for", "file", "--depth", "2"], ledger: "job.ledger")
    #expect(said.status == 0, "\(said.stderr)")
    #expect(said.stdout.contains("\npath-parent-segment"))
    #expect(said.stdout.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    let lines = said.stdout.split(separator: "\n", omittingEmptySubsequences: false)
    let heading = try #require(lines.firstIndex { $0.hasPrefix("size ") && $0.hasSuffix("  bytes") })
    let rows = lines[heading...].prefix { !$0.isEmpty }
    #expect(rows.count > 2 && Set(rows.map(\.count)).count == 1, "\(rows)")
    await harbour.stop()
  }

  @Test("a listing that cannot be finished is no inventory: exit status 2, and nothing is said of a part")
  func unfinished() async throws {
    let harbour = try await Harbour()
    let missing = try await harbour.command("s3://nowhere", ["--json"], ledger: "a.ledger")
    #expect(missing.status == 2 && missing.stdout.isEmpty && missing.stderr.contains("no-such-bucket"))
    _ = try await harbour.inventory("s3://from", [], ledger: "b.ledger")
    let other = try await harbour.command("s3://from/deeper/", [], ledger: "b.ledger")
    #expect(other.status == 64 && other.stderr.contains("name another file"))
    for options in [
      ["--depth", "-1"], ["--bandwidth", "5"], ["--for", "oss", "--destination", "oss://into"],
    ] {
      #expect(try await harbour.command("s3://from", options, ledger: "b.ledger").status == 64)
    }
    // The migration of another bucket does not take this inventory for its own.
    let migration = harbour.migration(ledger: "b.ledger").map { $0 == "s3://from" ? "s3://elsewhere" : $0 }
    let run = try await Tranship.command(migration, environment: harbour.environment, in: harbour.folder)
      .run()
    #expect(run.status == 64 && run.stderr.contains("belongs to the source s3://from"))
    await harbour.stop()
  }
}
