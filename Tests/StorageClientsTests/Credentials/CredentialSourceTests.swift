import ObjectStorage
import StorageClients
import StorageWire
import Testing

@Suite struct CredentialSourceTests {
  static func source(
    _ environment: [String: String], files: [String: String] = [:]
  ) -> CredentialSource {
    CredentialSource(environment: environment.merging(["HOME": "/home/u"]) { one, _ in one }) { files[$0] }
  }

  static let own = ["TRANSHIP_SOURCE_ACCESS_KEY_ID": "own", "TRANSHIP_SOURCE_SECRET_ACCESS_KEY": "s"]
  static let aws = [
    "AWS_ACCESS_KEY_ID": "aws", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
  ]
  static let oss = ["OSS_ACCESS_KEY_ID": "oss", "OSS_ACCESS_KEY_SECRET": "s", "OSS_SESSION_TOKEN": "t"]
  static let files = [
    "/home/u/.aws/credentials": """
    # a comment
    [default]
    aws_access_key_id = file
    aws_secret_access_key=s=with=equals

    [other]
    aws_access_key_id = other
    aws_secret_access_key = s
    aws_session_token = t
    s3 =
      addressing_style = path
    """,
    "/home/u/.aws/config": """
    [default]
    region = eu-west-1
    [profile configured]
    region = us-west-2
    aws_access_key_id = configured
    aws_secret_access_key = s
    """,
    "/home/u/.ossutilconfig": """
    [Credentials]
    language=EN
    endpoint=oss-cn-hangzhou.aliyuncs.com
    accessKeyID=ossfile
    accessKeySecret=s
    stsToken=t
    [profile second]
    accessKeyID=second
    accessKeySecret=s
    region=cn-beijing
    """,
  ]

  @Test("the tool's own variables win over the vendor's, and those over files")
  func order() throws {
    let all = Self.own.merging(Self.aws) { one, _ in one }
    #expect(try Self.source(all).credentials(for: .s3, side: .source).accessKeyID == "own")
    let other = try Self.source(all).credentials(for: .s3, side: .destination)
    #expect(other.accessKeyID == "aws")
    #expect(other.sessionToken == "t")
    let vendor = Self.source(Self.aws.merging(Self.oss) { one, _ in one }, files: Self.files)
    #expect(try vendor.credentials(for: .s3, side: .source).accessKeyID == "aws")
    #expect(try vendor.credentials(for: .oss, side: .source).accessKeyID == "oss")
  }

  @Test(
    "the files of the vendors' tools are read",
    arguments: [
      (StoreLocation.Kind.s3, nil, "file"), (.s3, "other", "other"), (.s3, "configured", "configured"),
      (.oss, nil, "ossfile"), (.oss, "second", "second"),
    ])
  func filesAreRead(kind: StoreLocation.Kind, profile: String?, id: String) throws {
    // A named profile wins over the vendor's variables, too.
    let source = Self.source(profile == nil ? [:] : Self.aws, files: Self.files)
    let found = try source.credentials(for: kind, side: .source, profile: profile)
    #expect(found.accessKeyID == id)
  }

  @Test("variables name other files and another profile")
  func otherFiles() throws {
    let source = Self.source(
      ["AWS_SHARED_CREDENTIALS_FILE": "/x", "AWS_PROFILE": "p"],
      files: ["/x": "[p]\r\naws_access_key_id=moved\r\naws_secret_access_key=s\r\n"])
    #expect(try source.credentials(for: .s3, side: .source).accessKeyID == "moved")
  }

  @Test("half a pair is an error that names the missing half")
  func half() throws {
    let source = Self.source(["AWS_ACCESS_KEY_ID": "a"], files: Self.files)
    let error = try #require(throws: StorageError.self) {
      try source.credentials(for: .s3, side: .source)
    }
    #expect(error.code == .credentialsRejected)
    #expect(error.message.contains("AWS_SECRET_ACCESS_KEY is not"))
  }

  @Test("an error names everything that was looked for")
  func missing() throws {
    let error = try #require(throws: StorageError.self) {
      try Self.source([:]).credentials(for: .oss, side: .destination)
    }
    for name in ["TRANSHIP_DESTINATION_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "/home/u/.ossutilconfig"] {
      #expect(error.message.contains(name))
    }
  }

  @Test("the region comes from the environment or the files")
  func region() {
    #expect(Self.source(["AWS_REGION": "r"], files: Self.files).region(for: .s3) == "r")
    #expect(Self.source([:], files: Self.files).region(for: .s3) == "eu-west-1")
    #expect(Self.source([:], files: Self.files).region(for: .s3, profile: "configured") == "us-west-2")
    #expect(Self.source([:], files: Self.files).region(for: .oss, profile: "second") == "cn-beijing")
    #expect(Self.source([:]).region(for: .s3) == nil)
  }
}
