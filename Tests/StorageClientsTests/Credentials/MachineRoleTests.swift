import Foundation
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

/// Roles of machines and containers, and programs.
@Suite(.timeLimit(.minutes(10))) struct MachineRoleTests {
  static let document = """
    {"Code":"Success","LastUpdated":"2024-01-02T03:00:00Z","Type":"AWS-HMAC","AccessKeyId":"ASIAMACHINE",
    "SecretAccessKey":"secret","Token":"token","Expiration":"2024-01-02T09:04:05Z"}
    """
  static let alibabaDocument = """
    {"AccessKeyId":"STS.machine","AccessKeySecret":"secret","Expiration":"2024-01-02T09:04:05Z",
    "SecurityToken":"token","LastUpdated":"2024-01-02T03:04:05Z","Code":"Success"}
    """

  @Test("the role of a machine in AWS is asked for with a session, when it is asked for")
  func instance() async throws {
    try await TokenServiceTests.serve({ request in
      switch (request.method, request.target, request.fields["x-aws-ec2-metadata-token"]) {
      case ("PUT", "/latest/api/token", _):
        request.fields["x-aws-ec2-metadata-token-ttl-seconds"] == "21600" ? .init(200, "session") : .init(400)
      case ("GET", "/latest/meta-data/iam/security-credentials/", "session"): .init(200, "mover\n")
      case ("GET", "/latest/meta-data/iam/security-credentials/mover", "session"): .init(200, Self.document)
      default: .init(401)
      }
    }) { service in
      let environment = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": service.url]
      let provider = try TokenServiceTests.provider(.s3, choice: .instanceRole, environment)
      let issued = try await provider.issue()
      #expect(
        issued.credentials
          == Credentials(accessKeyID: "ASIAMACHINE", secretAccessKey: "secret", sessionToken: "token"))
      #expect(issued.expiresAt?.iso8601 == "2024-01-02T09:04:05.000Z")
      // Nobody asked for it here.
      #expect(throws: StorageError.self) { try TokenServiceTests.provider(.s3, environment) }
      #expect(service.requests.count == 3)
    }
  }

  @Test("the role of a machine in Alibaba Cloud is asked for with a session", arguments: [true, false])
  func ecs(isNamed: Bool) async throws {
    let role = isNamed ? "attached" : "found"
    try await TokenServiceTests.serve({ request in
      switch (request.method, request.target, request.fields["x-aliyun-ecs-metadata-token"]) {
      case ("PUT", "/latest/api/token", _):
        request.fields["x-aliyun-ecs-metadata-token-ttl-seconds"] == "21600"
          ? .init(200, "session") : .init(400)
      case ("GET", "/latest/meta-data/ram/security-credentials/", "session"): .init(200, "found")
      case ("GET", "/latest/meta-data/ram/security-credentials/\(role)", "session"):
        .init(200, Self.alibabaDocument)
      default: .init(401)
      }
    }) { service in
      let provider = try TokenServiceTests.provider(
        .oss, profile: isNamed ? "machine" : nil, choice: isNamed ? .auto : .instanceRole,
        ["TRANSHIP_ALIBABA_METADATA_ENDPOINT": service.url])
      #expect(try await provider.issue().credentials.accessKeyID == "STS.machine")
      #expect(service.requests.count == (isNamed ? 2 : 3))
    }
  }

  @Test(
    "a machine without a role, and a service that knows no sessions, are clear errors", arguments: [403, 404])
  func noRole(status: Int) async throws {
    try await TokenServiceTests.serve({ request in
      request.method == "PUT" && status == 404 ? .init(200, "session") : .init(status)
    }) { service in
      let provider = try TokenServiceTests.provider(
        .s3, choice: .instanceRole, ["AWS_EC2_METADATA_SERVICE_ENDPOINT": service.url])
      let error = await Clients.error { _ = try await provider.issue() }
      #expect(error?.disposition == .abort)
      #expect(error?.message.contains("HTTP \(status)") == true)
    }
  }

  @Test("variables that switch the metadata services off are heeded")
  func off() throws {
    for (kind, name) in [
      (StoreLocation.Kind.s3, "AWS_EC2_METADATA_DISABLED"), (.oss, "ALIBABA_CLOUD_ECS_METADATA_DISABLED"),
    ] {
      let error = try #require(throws: StorageError.self) {
        try TokenServiceTests.provider(kind, choice: .instanceRole, [name: "true"])
      }
      #expect(error.message.contains(name))
    }
  }

  @Test("a container's role is asked for at the platform's address with the platform's word")
  func container() async throws {
    try await TokenServiceTests.serve({ request in
      request.target == "/creds?id=1" && request.fields["authorization"] == "web.token.marker"
        ? .init(200, Self.document) : .init(401)
    }) { service in
      let environment = [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(service.url)/creds?id=1",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token",
      ]
      let provider = try TokenServiceTests.provider(.s3, choice: .containerRole, environment)
      #expect(try await provider.issue().credentials.accessKeyID == "ASIAMACHINE")
    }
    let elsewhere = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://elsewhere.example/creds"]
    #expect(throws: StorageError.self) {
      try TokenServiceTests.provider(.s3, choice: .containerRole, elsewhere)
    }
    #expect(throws: StorageError.self) { try TokenServiceTests.provider(.s3, choice: .containerRole, [:]) }
  }

  static func program(_ command: String) throws -> ProgramCredentials {
    try ProgramCredentials(
      command: command, profile: "p", environment: ["PATH": "/usr/bin:/bin", "MARK": "set"])
  }

  @Test(
    "a program's document becomes credentials",
    arguments: [
      (#""Expiration": "2024-01-02T11:04:05+08:00""#, "2024-01-02T03:04:05.000Z"),
      (#""Expiration": "2024-01-02T03:04:05.123456+00:00""#, "2024-01-02T03:04:05.123Z"),
      (#""Expiration": "2024-01-02T03:04:05Z""#, "2024-01-02T03:04:05.000Z"), (#""Other": 1"#, nil),
    ])
  func program(field: String, end: String?) async throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/with space"
    try #"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t", \#(field)}"#
      .write(toFile: path, atomically: true, encoding: .utf8)
    let issued = try await Self.program("cat \"\(path)\"").issue()
    #expect(issued.credentials == Credentials(accessKeyID: "A", secretAccessKey: "s", sessionToken: "t"))
    #expect(issued.expiresAt?.iso8601 == end)
  }

  @Test(
    "a program that gives nothing usable is an error without what it said",
    arguments: [
      "sh -c 'echo marker; exit 3'", "echo marker", "/nowhere/marker-less", "sh -c 'kill -9 $$'",
      "echo '{\"Version\": 2, \"AccessKeyId\": \"marker\", \"SecretAccessKey\": \"marker\"}'",
      "echo '{\"Version\": 1, \"AccessKeyId\": \"marker\"}'", "head -c 100000 /dev/zero",
      "echo '{\"Version\": 1, \"AccessKeyId\": \"a\", \"SecretAccessKey\": \"marker\", \"Expiration\": \"soon\"}'",
    ])
  func badProgram(command: String) async throws {
    let error = await Clients.error { _ = try await Self.program(command).issue() }
    #expect(error?.code == .credentialsRejected)
    #expect(error.map { "\($0)".contains("marker") && !command.hasPrefix("/nowhere") } == false)
  }

  @Test("a program gets the variables and nothing of what is open here")
  func programSurroundings() async throws {
    // Opened with nothing that would close it by itself. Four descriptors are left: the three of every program, and
    // the listing's own.
    let open = dup(STDERR_FILENO)
    defer { close(open) }
    let ended = try ChildProgram.run(
      ["sh", "-c", "echo $MARK $(ls /proc/self/fd | wc -l)"],
      environment: ["PATH": "/usr/bin:/bin", "MARK": "set"])
    #expect(String(decoding: ended.bytes, as: UTF8.self) == "set 4\n")
  }

  @Test(
    "command lines are split as shells split them",
    arguments: [
      ("a  b\tc", ["a", "b", "c"]), (#"a "b c" 'd "e'"#, ["a", "b c", #"d "e"#]),
      (#"a\ b "c\"d\e""#, ["a b", #"c"d\e"#]),
      (#"''"#, [""]), ("a'b'c", ["abc"]), (#"'a\b'"#, [#"a\b"#]), ("'open", nil), ("end\\", nil), ("", []),
    ] as [(String, [String]?)])
  func words(text: String, words: [String]?) {
    #expect(ShellWords.split(text) == words)
  }
}
