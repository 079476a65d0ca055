import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

/// Roles and web identities, against a token service on loopback.
@Suite(.timeLimit(.minutes(5))) struct TokenServiceTests {
  static let awsAnswer = """
    <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
    <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>
    <Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>wJal/EXAMPLE</SecretAccessKey>
    <SessionToken>AQoDYXdz</SessionToken><Expiration>2024-01-02T04:04:05Z</Expiration></Credentials>
    </AssumeRoleResult></AssumeRoleResponse>
    """
  static let alibabaAnswer = """
    {"RequestId":"6894B13B-6D71-4EF5-88FA-F32781734A7F","AssumedRoleUser":{"Arn":"a","AssumedRoleId":"1"},
    "Credentials":{"SecurityToken":"token","Expiration":"2024-01-02T04:04:05Z","AccessKeySecret":"secret","AccessKeyId":"STS.role"}}
    """

  static let files = [
    "/home/u/.aws/credentials": """
    [base]
    aws_access_key_id = AKIDEXAMPLE
    aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
    [temporary]
    aws_access_key_id = AKIDEXAMPLE
    aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
    aws_session_token = t/o+k=en
    """,
    "/home/u/.aws/config": """
    [profile mover]
    role_arn = arn:aws:iam::123456789012:role/mover
    source_profile = base
    external_id = ext/1
    role_session_name = tranship-test
    duration_seconds = 3600
    region = eu-west-1
    [profile twice]
    role_arn = arn:aws:iam::2:role/second
    source_profile = mover
    region = eu-west-1
    [profile round]
    role_arn = arn:aws:iam::2:role/second
    source_profile = about
    [profile about]
    role_arn = arn:aws:iam::2:role/second
    source_profile = round
    [profile device]
    role_arn = arn:aws:iam::2:role/second
    source_profile = base
    mfa_serial = arn:aws:iam::2:mfa/u
    [profile lonely]
    role_arn = arn:aws:iam::2:role/second
    [profile federated]
    role_arn = arn:aws:iam::2:role/web
    web_identity_token_file = /token
    role_session_name = pod
    region = eu-west-1
    [profile person]
    sso_session = corp
    """,
    "/home/u/.ossutilconfig": """
    [default]
    mode = RamRoleArn
    access-key-id = LTAItest
    accessKeySecret = secret/1
    sts_token = t/o+k=en~*
    ram-role-arn = acs:ram::1234567890123:role/mover
    roleSessionName = tranship-test
    external_id = ext/1
    [profile round]
    roleArn = r
    source_profile = about
    [profile about]
    roleArn = r
    source_profile = round
    [profile machine]
    mode = EcsRamRole
    ecsRoleName = attached
    """,
    "/token": "web.token.marker\n",
  ]

  static func services() throws -> CredentialServices {
    let transport = try Sending.client()
    return CredentialServices(
      transport: transport, direct: transport,
      clock: RunClock(now: { Clients.now }, sleep: { _ in }, random: { 0 }), nonce: { "n-1" })
  }

  static func provider(
    _ kind: StoreLocation.Kind, profile: String? = nil, choice: CredentialChoice = .auto,
    _ environment: [String: String]
  ) throws -> any CredentialProvider {
    try CredentialSourceTests.source(environment, files: files).provider(
      for: kind, side: .source, profile: profile, choice: choice, services: services())
  }

  /// Runs a test against a service that answers so.
  static func serve(
    _ answer: @escaping @Sendable (LoopbackService.Request) -> LoopbackService.Answer,
    test: (LoopbackService) async throws -> Void
  ) async throws {
    let service = try await LoopbackService.start(answer)
    try await test(service)
    try await service.stop()
  }

  @Test("a profile's role is taken on with the keys of its source profile")
  func role() async throws {
    try await Self.serve({ _ in .init(200, Self.awsAnswer) }) { service in
      let provider = try Self.provider(.s3, profile: "mover", ["AWS_ENDPOINT_URL_STS": service.url])
      let issued = try await provider.issue()
      #expect(issued.credentials.accessKeyID == "ASIAROLE")
      #expect(issued.credentials.secretAccessKey == "wJal/EXAMPLE")
      #expect(issued.credentials.sessionToken == "AQoDYXdz")
      #expect(issued.expiresAt?.iso8601 == "2024-01-02T04:04:05.000Z")
      let request = service.requests[0]
      #expect(request.method == "POST")
      #expect(request.fields["content-type"] == "application/x-www-form-urlencoded; charset=utf-8")
      #expect(
        request.body
          == "Action=AssumeRole&DurationSeconds=3600&ExternalId=ext%2F1&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmover&RoleSessionName=tranship-test&Version=2011-06-15"
      )
      #expect(
        request.fields["authorization"]?.hasPrefix(
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240102/eu-west-1/sts/aws4_request,SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,"
        ) == true)
    }
  }

  /// What botocore 1.43.127 computes for the same request.
  @Test(
    "the call is signed as AWS's own library signs it",
    arguments: [
      (nil, "21c9652895ad98f47cbf08b05c8b4b00db4bbf48b20dc67771748e9a28d653be"),
      ("t/o+k=en", "ee7602687d3f568f3a6be4bda5eddbcb0c3fb2e9fbe4d8c5782695ebd0e61d31"),
    ])
  func signature(token: String?, value: String) {
    let keys = Credentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      sessionToken: token)
    let body =
      "Action=AssumeRole&DurationSeconds=3600&ExternalId=ext%2F1&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmover&RoleSessionName=tranship-test&Version=2011-06-15"
    let signed = S3Signature(keys, region: "eu-west-1", service: "sts").sign(
      RequestToSign(
        method: "POST", path: "/", resource: [], query: [],
        fields: [
          ("host", "sts.eu-west-1.amazonaws.com"),
          ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ], document: Array(body.utf8)), at: Clients.now)
    #expect(signed.last?.value.hasSuffix("Signature=\(value)") == true)
  }

  @Test("a role of a role asks twice")
  func chain() async throws {
    try await Self.serve({ _ in .init(200, Self.awsAnswer) }) { service in
      _ = try await Self.provider(.s3, profile: "twice", ["AWS_ENDPOINT_URL_STS": service.url]).issue()
      let requests = service.requests
      #expect(
        requests.map { $0.parameters["RoleArn"] } == [
          "arn:aws:iam::123456789012:role/mover", "arn:aws:iam::2:role/second",
        ])
      #expect(requests[1].fields["x-amz-security-token"] == "AQoDYXdz")
    }
  }

  @Test(
    "a web identity proves itself: its token is read anew and nothing is signed", arguments: [true, false])
  func webIdentity(isFromEnvironment: Bool) async throws {
    let answer = Self.awsAnswer.replacing("AssumeRole", with: "AssumeRoleWithWebIdentity")
    try await Self.serve({ _ in .init(200, answer) }) { service in
      var environment = ["AWS_ENDPOINT_URL_STS": service.url]
      if isFromEnvironment {
        environment.merge([
          "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::2:role/web",
          "AWS_ROLE_SESSION_NAME": "pod",
        ]) { $1 }
      }
      let provider = try Self.provider(.s3, profile: isFromEnvironment ? nil : "federated", environment)
      #expect(try await provider.issue().credentials.accessKeyID == "ASIAROLE")
      let request = service.requests[0]
      #expect(
        request.parameters == [
          "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleSessionName": "pod",
          "RoleArn": "arn:aws:iam::2:role/web", "WebIdentityToken": "web.token.marker",
        ])
      #expect(request.fields["authorization"] == nil)
    }
  }

  @Test("a section of ossutil's file that names a role takes it on, signed as the vendor's library signs")
  func alibabaRole() async throws {
    try await Self.serve({ _ in .init(200, Self.alibabaAnswer) }) { service in
      let issued = try await Self.provider(.oss, ["ALIBABA_CLOUD_STS_ENDPOINT": service.url]).issue()
      #expect(issued.credentials.accessKeyID == "STS.role")
      #expect(issued.credentials.sessionToken == "token")
      #expect(issued.expiresAt?.iso8601 == "2024-01-02T04:04:05.000Z")
      let parameters = service.requests[0].parameters
      // The known answer of `AlibabaRPCSignatureTests`.
      #expect(parameters["Signature"] == "ywVJBgljeatdnAxlqy/hWNntzN0=")
      #expect(parameters["RoleArn"] == "acs:ram::1234567890123:role/mover")
    }
  }

  @Test("a web identity of Alibaba Cloud proves itself")
  func alibabaWebIdentity() async throws {
    try await Self.serve({ _ in .init(200, Self.alibabaAnswer) }) { service in
      let environment = [
        "ALIBABA_CLOUD_STS_ENDPOINT": service.url, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/token",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "acs:ram::1:oidc-provider/p",
        "ALIBABA_CLOUD_ROLE_ARN": "acs:ram::1:role/r",
        "ALIBABA_CLOUD_ROLE_SESSION_NAME": "pod",
      ]
      let issued = try await Self.provider(.oss, environment).issue()
      #expect(issued.credentials.secretAccessKey == "secret")
      #expect(
        service.requests[0].parameters == [
          "Action": "AssumeRoleWithOIDC", "Format": "JSON", "Version": "2015-04-01",
          "Timestamp": "2024-01-02T03:04:05Z", "RoleArn": "acs:ram::1:role/r", "RoleSessionName": "pod",
          "DurationSeconds": "3600", "OIDCProviderArn": "acs:ram::1:oidc-provider/p",
          "OIDCToken": "web.token.marker",
        ])
    }
  }

  @Test("a token service that says no is quoted, but never with a secret")
  func refusal() async throws {
    let denied = """
      <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User u may not</Message></Error></ErrorResponse>
      """
    try await Self.serve({ _ in .init(403, denied) }) { service in
      let provider = try Self.provider(.s3, profile: "mover", ["AWS_ENDPOINT_URL_STS": service.url])
      let error = await Clients.error { _ = try await provider.issue() }
      #expect(error?.code == .credentialsRejected)
      #expect(error?.message == "\(service.url) answered HTTP 403 AccessDenied: User u may not")
    }
    let told =
      #"{"Code":"SignatureDoesNotMatch","Message":"server string to sign is:POST&%2F&SecurityToken%3Dt"}"#
    let echo = #"{"Code":"AuthenticationFail.OIDCToken.Invalid","Message":"bad token web.token.marker"}"#
    for answer in [told, echo] {
      try await Self.serve({ _ in .init(400, answer) }) { service in
        var environment = ["ALIBABA_CLOUD_STS_ENDPOINT": service.url]
        if answer == echo {
          environment.merge([
            "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/token", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "p",
            "ALIBABA_CLOUD_ROLE_ARN": "r",
          ]) { $1 }
        }
        let provider = try Self.provider(.oss, environment)
        let error = await Clients.error { _ = try await provider.issue() }
        #expect(error?.message.contains("HTTP 400") == true)
        #expect(error?.message.contains("marker") == false && error?.message.contains("Token%3D") == false)
      }
    }
  }

  @Test("source keys that ended are read again before the role is given up")
  func sourceEnded() async throws {
    let expired =
      "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>m</Message></Error></ErrorResponse>"
    try await Self.serve({ _ in .init(403, expired) }) { service in
      let provider = try Self.provider(.s3, profile: "mover", ["AWS_ENDPOINT_URL_STS": service.url])
      let error = await Clients.error { _ = try await provider.issue() }
      #expect(error?.code == .credentialsExpired)
      #expect(error?.message.contains("profile base") == true)
    }
  }

  @Test(
    "an answer that is not whole gives no credentials",
    arguments: [
      "<AssumeRoleResponse/>", "{}", "",
      awsAnswer.replacing("<Expiration>2024-01-02T04:04:05Z</Expiration>", with: ""),
    ])
  func damaged(answer: String) async throws {
    try await Self.serve({ _ in .init(200, answer) }) { service in
      let provider = try Self.provider(.s3, profile: "mover", ["AWS_ENDPOINT_URL_STS": service.url])
      #expect(await Clients.error { _ = try await provider.issue() } != nil)
    }
  }

  @Test(
    "a profile that cannot be followed is an error that says why",
    arguments: [
      (StoreLocation.Kind.s3, "round", "circle"), (.s3, "device", "code of a device"),
      (.s3, "lonely", "source_profile"), (.s3, "person", "export-credentials"), (.oss, "round", "circle"),
      (.s3, "absent", "absent"),
    ])
  func unusable(kind: StoreLocation.Kind, profile: String, words: String) throws {
    let error = try #require(throws: StorageError.self) { try Self.provider(kind, profile: profile, [:]) }
    #expect(error.code == .credentialsRejected)
    #expect(error.message.contains(words))
  }

  @Test("plain http to a token service elsewhere is refused")
  func plainHTTP() throws {
    let error = try #require(throws: StorageError.self) {
      try Self.provider(.s3, profile: "mover", ["AWS_ENDPOINT_URL_STS": "http://sts.example"])
    }
    #expect(error.message.contains("AWS_ENDPOINT_URL_STS"))
  }
}
