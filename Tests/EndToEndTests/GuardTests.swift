import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("rights and connections", .timeLimit(.minutes(10)))
struct EndToEndGuardTests {
  @Test("a source that is read with the destination's keys is warned of, and one with its own is not")
  func sharedKeys() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 2)
    let shared = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(shared.status == 0, "\(shared.stderr)")
    #expect(shared.stderr.contains("warning: source and destination use one key …EYID"), "\(shared.stderr)")
    #expect(shared.stderr.contains("tranship policy s3 s3://from --role source"))
    let doctor = ["doctor"] + harbour.migration().dropFirst().dropLast(2)
    let examined = try await Tranship.command(doctor, environment: harbour.environment, in: harbour.folder)
      .run()
    #expect(examined.status == 0)
    #expect(examined.stdout.contains("note   source rights: it uses the destination's key …EYID"))

    let own = DevStoreKeyPair(accessKeyID: "READERKEYID", secretAccessKey: "reader-secret")
    let reading = try await DevStore.start(
      DevStoreConfiguration(
        dialect: .s3, root: "\(harbour.folder.path)/s3-from", accessKeyID: own.accessKeyID,
        secretAccessKey: own.secretAccessKey))
    let environment = harbour.environment.merging([
      "AWS_ACCESS_KEY_ID": own.accessKeyID, "AWS_SECRET_ACCESS_KEY": own.secretAccessKey,
    ]) { $1 }
    let arguments = harbour.migration(source: reading.endpoint, ledger: "apart.ledger").map {
      $0 == "oss://into" ? "oss://into/apart/" : $0
    }
    let apart = try await Tranship.command(
      arguments, environment: environment, in: harbour.folder
    ).run()
    #expect(
      apart.status == 0 && !apart.stderr.contains("warning:"),
      "\(apart.status) \(apart.stdout) \(apart.stderr)")
    #expect(
      reading.journal().allSatisfy { ["GetObject", "HeadObject", "ListObjectsV2"].contains($0.operation) })
    await reading.stop()
    await harbour.stop()
  }

  @Test("plain http to another machine is refused before anything is sent, with the way out")
  func plainHTTP() async throws {
    let folder = try TemporaryFolder()
    for side in ["source", "destination"] {
      let run = try await Tranship.command(
        [
          "migrate", "s3://from", "oss://into", "--source-region", "eu-west-1", "--destination-region",
          "cn-hangzhou", "--\(side)-endpoint", "http://192.0.2.1:9000", "--ledger",
          "\(folder.path)/job.ledger",
        ],
        environment: [
          "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "markersecret", "OSS_ACCESS_KEY_ID": "b",
          "OSS_ACCESS_KEY_SECRET": "markersecret",
        ], in: folder
      ).run()
      #expect(run.status == 64, "\(run.stderr)")
      #expect(run.stderr.contains("http://192.0.2.1:9000") && run.stderr.contains("--allow-http"))
    }
  }

  @Test("a policy is printed as JSON that asks for no credentials, and a wrong address is wrong usage")
  func policy() async throws {
    let folder = try TemporaryFolder()
    let printed = try await Tranship.command(
      ["policy", "oss", "oss://into/a/", "--role", "destination"], in: folder
    )
    .run()
    let document = try JSONSerialization.jsonObject(with: Data(printed.stdout.utf8)) as? [String: Any]
    #expect(printed.status == 0 && printed.stderr.isEmpty)
    #expect(document?["Version"] as? String == "1")
    #expect((document?["Statement"] as? [[String: Any]])?.count == 3)
    for wrong in [["s3", "oss://into"], ["oss", "oss://into", "--role", "destination", "--restore"]] {
      #expect(try await Tranship.command(["policy"] + wrong, in: folder).run().status == 64)
    }
  }
}
