import DevStore
import Foundation
import StorageTesting
import Synchronization
import Testing

@Suite("credentials that end in a run", .serialized, .timeLimit(.minutes(5)))
struct EndToEndCredentialTests {
  static let successor = DevStoreKeyPair(
    accessKeyID: "SUCCESSORKEYID", secretAccessKey: "markersuccessorsecret",
    sessionToken: "markersuccessortoken")

  /// Temporary keys as a program and a token service give them out; the store's own, and those after them.
  static func document(_ keys: DevStoreKeyPair) -> String {
    #"{"Version": 1, "AccessKeyId": "\#(keys.accessKeyID)", "SecretAccessKey": "\#(keys.secretAccessKey)", "SessionToken": "\#(keys.sessionToken ?? "")"}"#
  }

  static func role(_ keys: DevStoreKeyPair) -> String {
    #"{"Credentials": {"AccessKeyId": "\#(keys.accessKeyID)", "AccessKeySecret": "\#(keys.secretAccessKey)", "SecurityToken": "\#(keys.sessionToken ?? "")", "Expiration": "2099-01-02T03:04:05Z"}}"#
  }

  static let own = DevStoreKeyPair(
    accessKeyID: Harbour.keys.id, secretAccessKey: Harbour.keys.secret, sessionToken: "markerowntoken")

  static func write(_ text: String, _ path: String, in folder: TemporaryFolder) throws {
    let file = folder.url.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  /// Nothing that the run leaves behind holds a secret.
  static func expectNoSecrets(_ run: Finished, in folder: TemporaryFolder) throws {
    var left = Data((run.stdout + run.stderr).utf8)
    let files = try #require(FileManager.default.enumerator(atPath: folder.path))
    for case let name as String in files where name.hasPrefix("job.ledger") || name.hasPrefix("reports/") {
      // A folder has no bytes.
      left += FileManager.default.contents(atPath: "\(folder.path)/\(name)") ?? Data()
    }
    let secrets = ["markersuccessor", "markerown", "markerbase", "markerproxy", "markersecret"]
    for secret in secrets + [Harbour.keys.secret] {
      #expect(left.range(of: Data(secret.utf8)) == nil, "\(secret) was left behind")
    }
  }

  @Test("on both sides they are renewed, each provider is asked once, and the run goes on as if nothing was")
  func renewed() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 300)
    // The program gives the store's own keys first, and their successors from then on.
    try Self.write(Self.document(Self.own), "first.json", in: harbour.folder)
    try Self.write(Self.document(Self.successor), "later.json", in: harbour.folder)
    try Self.write(
      """
      echo asked >> asked
      if [ "$(wc -l < asked)" -eq 1 ]; then cat first.json; else cat later.json; fi
      """, "program.sh", in: harbour.folder)
    try Self.write(
      "[profile moving]\ncredential_process = sh '\(harbour.folder.path)/program.sh'\n", ".aws/config",
      in: harbour.folder)
    let calls = Atomic(0)
    let service = try await LoopbackService.start { _ in
      let isFirst = calls.add(1, ordering: .relaxed).oldValue == 0
      return .init(200, Self.role(isFirst ? Self.own : Self.successor))
    }
    try Self.write(
      "[default]\nmode=RamRoleArn\naccessKeyID=a\naccessKeySecret=markerbase\nramRoleArn=acs:ram::1:role/r\n",
      ".ossutilconfig", in: harbour.folder)
    harbour.s3.endKeys(after: 150, successor: Self.successor)
    harbour.oss.endKeys(after: 100, successor: Self.successor)

    let run = try await Tranship.command(
      harbour.migration() + ["--source-profile", "moving"],
      environment: ["ALIBABA_CLOUD_STS_ENDPOINT": service.url], in: harbour.folder
    ).run()
    #expect(run.status == 0, "\(run.stdout) \(run.stderr)")
    let status = try await harbour.status()
    #expect(status.completed == written.count && status.error == 0)
    let asked = try String(contentsOfFile: "\(harbour.folder.path)/asked", encoding: .utf8)
    #expect(asked == "asked\nasked\n")
    #expect(service.requests.count == 2)
    #expect(harbour.s3.journal().contains { $0.status == 400 })
    #expect(harbour.oss.journal().contains { $0.status == 403 })
    try Self.expectNoSecrets(run, in: harbour.folder)
    try await service.stop()
    await harbour.stop()
  }

  @Test(
    "where there are no newer ones the run stops with its state kept, fails no object, and goes on with new ones"
  )
  func stopped() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 300)
    func keys(_ keys: DevStoreKeyPair) -> String {
      """
      [default]
      aws_access_key_id = \(keys.accessKeyID)
      aws_secret_access_key = \(keys.secretAccessKey)
      aws_session_token = \(keys.sessionToken ?? "")
      """
    }
    try Self.write(keys(Self.own), ".aws/credentials", in: harbour.folder)
    var environment = harbour.environment
    environment["AWS_ACCESS_KEY_ID"] = nil
    environment["AWS_SECRET_ACCESS_KEY"] = nil
    harbour.s3.endKeys(after: 150, successor: Self.successor)

    let first = try await Tranship.command(
      harbour.migration(), environment: environment, in: harbour.folder
    ).run()
    #expect(first.status == 2, "\(first.stdout) \(first.stderr)")
    #expect(first.stderr.contains("source: credentials-expired: the credentials from profile default in "))
    #expect(first.stderr.contains("(key …EYID) were refused as expired at 20"))
    #expect(first.stderr.contains("there are no newer ones: put new ones there, then run again"))
    #expect(first.stderr.contains("the state is kept: run the same command again to go on"))
    let between = try await harbour.status()
    #expect(between.error == 0 && between.completed > 0 && between.pending > 0, "\(between) \(first.stderr)")
    try Self.expectNoSecrets(first, in: harbour.folder)

    try Self.write(keys(Self.successor), ".aws/credentials", in: harbour.folder)
    let second = try await Tranship.command(
      harbour.migration(), environment: environment, in: harbour.folder
    ).run()
    #expect(second.status == 0, "\(second.stdout) \(second.stderr)")
    let status = try await harbour.status()
    #expect(status.completed == written.count, "\(status)")
    await harbour.stop()
  }

  @Test(
    "a verification whose credentials end stops too: what HEAD refuses without a word is no object's fault")
  func verification() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 60)
    let moved = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(moved.status == 0, "\(moved.stderr)")
    harbour.s3.endKeys(after: 20)
    var environment = harbour.environment
    environment["AWS_SESSION_TOKEN"] = "markerowntoken"
    let arguments = harbour.migration().map { $0.replacingOccurrences(of: "job.ledger", with: "look.ledger") }
    let run = try await Tranship.command(
      ["verify"] + arguments.dropFirst() + ["--metadata"], environment: environment, in: harbour.folder
    ).run()
    #expect(run.status == 2, "\(run.stdout) \(run.stderr)")
    #expect(run.stderr.contains("the credentials from the variable AWS_ACCESS_KEY_ID"))
    #expect(
      run.stderr.contains("set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to new ones"))
    let status = try await harbour.status(ledger: "look.ledger")
    // Objects in parts have no digest that is known without reading them.
    let said = try await Tranship.command(
      ["sql", "--ledger", "\(harbour.folder.path)/look.ledger", "SELECT key_text, message FROM errors"],
      in: harbour.folder
    ).run()
    #expect(status.errors.keys.allSatisfy { $0 == "unverifiable" }, "\(status) \(said.stdout)")
    #expect(status.pending > 0)
    await harbour.stop()
  }

  @Test("a proxy that wants another user is named without its password, and nothing is reached around it")
  func proxy() async throws {
    let folder = try TemporaryFolder()
    let proxy = try await LoopbackProxy.start(
      to: 1, answer: "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    let run = try await Tranship.command(
      [
        "inventory", "s3://bucket", "--source-endpoint", "https://store.example", "--ledger",
        "\(folder.path)/job.ledger",
      ],
      environment: [
        "HTTPS_PROXY": "http://user:markerproxy@127.0.0.1:\(proxy.port)", "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "markersecret",
      ], in: folder
    ).run()
    #expect(run.status == 2, "\(run.stderr)")
    #expect(run.stderr.contains("the proxy http://127.0.0.1:\(proxy.port) wants another user or password"))
    #expect(proxy.heads.count == 1)
    #expect(proxy.heads.first?.hasPrefix("CONNECT store.example:443 HTTP/1.1\r\n") == true)
    try Self.expectNoSecrets(run, in: folder)
    try await proxy.stop()
  }
}
