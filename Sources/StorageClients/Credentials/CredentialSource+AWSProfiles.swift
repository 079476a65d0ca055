import ObjectStorage
import StorageWire

/// One profile of the two files of AWS's tools; what the credentials file says comes first.
struct AWSProfile {
  private let places: [(file: SettingsFile, section: String)]

  init(_ name: String, in texts: [String?]) {
    places = texts.compactMap { $0 }.flatMap { text in
      let file = SettingsFile(parsing: text)
      return [name, "profile \(name)"].filter { file.has(section: $0) }.map { (file, $0) }
    }
  }

  var isThere: Bool { !places.isEmpty }

  subscript(_ key: String) -> String? {
    places.lazy.compactMap { $0.file.value(key, in: $0.section) }.first
  }
}

extension CredentialSource {
  /// The web identity that the environment names.
  func awsWebIdentity(_ services: CredentialServices) throws(StorageError) -> (any CredentialProvider)? {
    guard let path = variable("AWS_WEB_IDENTITY_TOKEN_FILE") else { return nil }
    guard let role = variable("AWS_ROLE_ARN") else {
      throw StorageError(
        .credentialsRejected, "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not: set both or none")
    }
    let request = RoleRequest(
      role: role, sessionName: variable("AWS_ROLE_SESSION_NAME") ?? defaultSessionName(services))
    return AWSWebIdentity(
      request: request, token: TokenFile(path: path, readFile: readFile),
      service: try awsTokenService(profileName(nil), services))
  }

  /// What a profile gives credentials out by; nil where there is no such profile or it has none.
  func awsProfile(
    _ name: String, _ services: CredentialServices, below visited: [String] = []
  ) throws(StorageError) -> (any CredentialProvider)? {
    let profile = AWSProfile(name, in: awsFiles.map { readFile($0) })
    guard profile.isThere else { return nil }
    if let role = profile["role_arn"], visited.last != name {
      return try awsRole(role, profile, name, services, visited)
    }
    if try inAWSFiles(profile: name) != nil { return storedProfile(name) }
    if let command = profile["credential_process"] {
      return try ProgramCredentials(command: command, profile: name, environment: environment)
    }
    if profile["sso_session"] != nil || profile["sso_start_url"] != nil {
      throw StorageError(
        .credentialsRejected,
        "profile \(shownSafely(name)) signs on with SSO: add a profile with credential_process = aws configure export-credentials --profile \(shownSafely(name))"
      )
    }
    return nil
  }

  private func storedProfile(_ name: String) -> any CredentialProvider {
    let files = awsFiles.map { shownSafely($0) }.joined(separator: " or ")
    return StoredCredentials(
      origin: "profile \(shownSafely(name)) in \(files)", remedy: "put new ones there"
    ) { () throws(StorageError) in
      guard let found = try inAWSFiles(profile: name) else {
        throw StorageError(.credentialsRejected, "profile \(shownSafely(name)) has no keys any more")
      }
      return found
    }
  }

  private func awsRole(
    _ role: String, _ profile: AWSProfile, _ name: String, _ services: CredentialServices, _ visited: [String]
  ) throws(StorageError) -> any CredentialProvider {
    let shown = "profile \(shownSafely(name))"
    guard profile["mfa_serial"] == nil else {
      throw StorageError(
        .credentialsRejected,
        "\(shown) asks for a code of a device: get temporary keys with aws sts assume-role and set them as variables"
      )
    }
    let request = RoleRequest(
      role: role, sessionName: profile["role_session_name"] ?? defaultSessionName(services),
      externalID: profile["external_id"], seconds: profile["duration_seconds"].flatMap { Int($0) })
    let service = try awsTokenService(name, services)
    if let path = profile["web_identity_token_file"] {
      return AWSWebIdentity(
        request: request, token: TokenFile(path: path, readFile: readFile), service: service)
    }
    let base = try awsBase(of: profile, name, services, visited)
    return AWSRoleCredentials(
      request: request, base: CredentialKeeper(base, clock: services.clock), service: service,
      remedy: base.remedy)
  }

  /// What the role of a profile is taken on with.
  private func awsBase(
    of profile: AWSProfile, _ name: String, _ services: CredentialServices, _ visited: [String]
  ) throws(StorageError) -> any CredentialProvider {
    let shown = "profile \(shownSafely(name))"
    switch (profile["source_profile"], profile["credential_source"]) {
    case (let source?, nil):
      guard !visited.contains(source) else {
        throw StorageError(.credentialsRejected, "the source profiles of \(shown) go round in a circle")
      }
      // A profile may name itself: its role is taken on with its own keys.
      guard let base = try awsProfile(source, services, below: visited + [name]) else {
        throw StorageError(
          .credentialsRejected,
          "\(shown) takes its role on with profile \(shownSafely(source)), which has no keys")
      }
      return base
    case (nil, "Environment"):
      guard let keys = try variables(.aws) else {
        throw StorageError(.credentialsRejected, "\(shown) wants AWS_ACCESS_KEY_ID, which is not set")
      }
      return keys
    case (nil, "Ec2InstanceMetadata"): return try instanceRole(.s3, services, role: nil)
    case (nil, "EcsContainer"): return try containerRole(.s3, services)
    default:
      throw StorageError(
        .credentialsRejected,
        "\(shown) has a role_arn: give it one of source_profile and credential_source (Environment, Ec2InstanceMetadata, EcsContainer)"
      )
    }
  }

  private func awsTokenService(
    _ profile: String, _ services: CredentialServices
  ) throws(StorageError) -> AWSTokenService {
    let region = region(for: .s3, profile: profile)
    let address: ServiceAddress
    if let url = variable("AWS_ENDPOINT_URL_STS") {
      address = try ServiceAddress(url, from: "AWS_ENDPOINT_URL_STS")
    } else {
      let name = region.map { "sts.\($0).amazonaws.com\($0.hasPrefix("cn-") ? ".cn" : "")" }
      address = try ServiceAddress(
        "https://\(name ?? "sts.amazonaws.com")", from: "the region of the token service")
    }
    return AWSTokenService(address: address, region: region ?? "us-east-1", services: services)
  }

  func defaultSessionName(_ services: CredentialServices) -> String {
    "tranship-\(services.clock.now().secondsSinceEpoch)"
  }
}
