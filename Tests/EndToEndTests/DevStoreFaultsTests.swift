import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("tranship dev-store --faults", .timeLimit(.minutes(10)))
struct DevStoreFaultsTests {
  private static let keys = (id: "FAULTSKEYID", secret: "faults-secret-77c1")

  private func command(_ plan: String, in folder: TemporaryFolder) throws -> Subprocess {
    try Data(plan.utf8).write(to: URL(fileURLWithPath: folder.path + "/plan.json"))
    return Tranship.command(
      ["dev-store", "--dialect", "s3", "--root", "store", "--faults", "plan.json"],
      environment: [
        "TRANSHIP_DEVSTORE_ACCESS_KEY_ID": Self.keys.id,
        "TRANSHIP_DEVSTORE_SECRET_ACCESS_KEY": Self.keys.secret,
      ], in: folder)
  }

  @Test(
    "a plan that is not valid is refused with the rule and the member, and nothing is served",
    arguments: [
      (#"{"rules":[{"id":"cut","do":"cut","at":"third"}]}"#, "rule cut, member at: it is neither half nor"),
      (#"{"rules":[{"id":"x","do":"explode"}]}"#, "rule x, member do: explode is no fault"),
      (#"{"rules":[{"id":"x","op":"Fly","do":"lose"}]}"#, "rule x, member op: Fly is no call"),
      (#"{"rules":[{"do":"lose"}]}"#, "rule 1, member id: it is missing"),
      (
        #"{"rules":[{"id":"x","do":"lose","nth":1,"rate":0.5}]}"#,
        "rule x, member nth: only one of nth, from and rate"
      ),
      (#"{"rules":[{"id":"x","do":"lose","speed":1}]}"#, "rule x, member speed: it means nothing here"),
      (#"{"rules":[{"id":"x","do":"lose"},{"id":"x","do":"lose"}]}"#, "rule x, member id: another rule"),
      ("not JSON", "member rules: it is not a JSON object with rules"),
    ])
  func refused(_ plan: String, _ message: String) async throws {
    let folder = try TemporaryFolder()
    let run = try await command(plan, in: folder).run()
    #expect(run.status == 64, "\(run.stderr)")
    #expect(
      run.stderr.contains("plan.json: the plan of faults is not valid: ") && run.stderr.contains(message))
    #expect(run.stdout.isEmpty && !FileManager.default.fileExists(atPath: folder.path + "/store"))
  }

  @Test("a plan that cannot be read is refused")
  func missing() async throws {
    let folder = try TemporaryFolder()
    let run = try await Tranship.command(
      ["dev-store", "--dialect", "oss", "--root", "store", "--faults", "none.json"], in: folder
    ).run()
    #expect(run.status == 64)
    #expect(run.stderr.contains("cannot read none.json; give --faults a file that can be read"))
  }

  @Test(
    "requests of a client of others are hit as the plan says, and every rule's count is printed at the end")
  func served() async throws {
    let folder = try TemporaryFolder()
    let server = try command(
      """
      {"seed":7,"rules":[
        {"id":"bit","op":"GetObject","key":"a%2Fb.txt","nth":2,"do":"flip","bit":0},
        {"id":"busy","op":"GetObject","key":"a/b.txt","nth":[3,4],"do":"error","status":503,"code":"SlowDown"},
        {"id":"never","op":"DeleteObject","do":"lose"}]}
      """, in: folder
    ).start()
    // It says where it listens as the last thing.
    while try !server.written().contains("listening on ") { await Task.yield() }
    let line = try server.written().split(separator: "\n").first { $0.hasPrefix("listening on ") }
    let endpoint = try #require(line?.dropFirst("listening on ".count))

    func ask(_ options: [String], _ path: String) async throws -> String {
      try await Subprocess(
        "/usr/bin/env",
        [
          "curl", "-s", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user",
          "\(Self.keys.id):\(Self.keys.secret)",
          "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", "-w", " %{http_code}",
        ] + options + ["\(endpoint)\(path)"], in: folder
      ).run().stdout
    }
    let body = ["-X", "PUT", "--data-binary", "words"]
    #expect(try await ask(["-X", "PUT"], "/shelf").hasSuffix(" 200"))
    #expect(try await ask(body, "/shelf/a/b.txt").hasSuffix(" 200"))
    #expect(try await ask([], "/shelf/a/b.txt") == "words 200")
    #expect(try await ask([], "/shelf/a/b.txt") == "vords 200")
    for _ in 0..<2 {
      let busy = try await ask([], "/shelf/a/b.txt")
      #expect(busy.contains("<Code>SlowDown</Code>") && busy.hasSuffix(" 503"), "\(busy)")
    }
    #expect(try await ask([], "/shelf/a/b.txt") == "words 200")

    server.send(SIGINT)
    let ended = try await server.finish()
    #expect(ended.status == 0, "\(ended.stderr)")
    #expect(
      ended.stdout.split(separator: "\n").suffix(3) == [
        "fault bit fired 1", "fault busy fired 2", "fault never fired 0",
      ], "\(ended.stdout)")
    #expect(!ended.stdout.contains(Self.keys.secret) && !ended.stderr.contains(Self.keys.secret))
  }
}
