public import ObjectStorage
import StorageWire

/// Where credentials are looked for.
public enum CredentialChoice: String, CaseIterable, Sendable {
  /// In variables and files; no address is tried that nobody named.
  case auto
  /// At the container's credentials address.
  case containerRole = "container-role"
  /// At the machine's metadata address.
  case instanceRole = "instance-role"
}

extension CredentialSource {
  /// The place that gives credentials out for one side, found as the vendors' tools find it.
  ///
  /// | order | S3 | OSS |
  /// | --- | --- | --- |
  /// | 1 | keys in `TRANSHIP_SOURCE_…`, `TRANSHIP_DESTINATION_…` | the same |
  /// | 2, unless a profile is named | keys in `AWS_…`, then the web identity in `AWS_WEB_IDENTITY_TOKEN_FILE` | keys in `OSS_…`, then the web identity in `ALIBABA_CLOUD_OIDC_TOKEN_FILE` |
  /// | 3 | the profile: a role, keys, `credential_process` | the section: a role, keys |
  ///
  /// Throws `credentials-rejected`, naming what was looked for, where there is none; asks nobody yet.
  public func provider(
    for kind: StoreLocation.Kind, side: Side, profile: String? = nil, choice: CredentialChoice = .auto,
    services: CredentialServices
  ) throws(StorageError) -> any CredentialProvider {
    switch choice {
    case .auto: break
    case .containerRole: return try containerRole(kind, services)
    case .instanceRole: return try instanceRole(kind, services, role: nil)
    }
    if let found = try variables(.own(side)) { return found }
    switch kind {
    case .s3:
      if profile == nil {
        if let found = try variables(.aws) { return found }
        if let found = try awsWebIdentity(services) { return found }
      }
      if let found = try awsProfile(profileName(profile), services) { return found }
    case .oss:
      if profile == nil {
        if let found = try variables(.oss) { return found }
        if let found = try alibabaWebIdentity(services) { return found }
      }
      if let found = try ossSection(profile, services) { return found }
    case .directory, .memory: break
    }
    // Nothing is there: the plain lookup says what was looked for.
    _ = try credentials(for: kind, side: side, profile: profile)
    throw StorageError(.credentialsRejected, "no credentials found for the \(side.rawValue)")
  }

  /// Keys in variables, read again like files although a process's own do not change.
  func variables(_ names: EnvironmentNames) throws(StorageError) -> (any CredentialProvider)? {
    guard try inEnvironment(names) != nil else { return nil }
    let remedy = "set \(names.accessKeyID), \(names.secretAccessKey) and \(names.sessionToken) to new ones"
    return StoredCredentials(origin: "the variable \(names.accessKeyID)", remedy: remedy) {
      () throws(StorageError) in
      guard let found = try inEnvironment(names) else {
        throw StorageError(.credentialsRejected, "\(names.accessKeyID) is not set")
      }
      return found
    }
  }

  func containerRole(
    _ kind: StoreLocation.Kind, _ services: CredentialServices
  ) throws(StorageError) -> any CredentialProvider {
    guard kind == .s3 else {
      throw StorageError(
        .credentialsRejected,
        "containers of Alibaba Cloud get a web identity: leave container-role out and set ALIBABA_CLOUD_OIDC_TOKEN_FILE"
      )
    }
    let address: ServiceAddress
    if let path = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      let target = path.hasPrefix("/") ? path : "/\(path)"
      address = ServiceAddress(origin: HTTPOrigin(scheme: .http, host: "169.254.170.2"), target: target)
    } else if let url = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
      address = try ServiceAddress(url, from: "AWS_CONTAINER_CREDENTIALS_FULL_URI")
    } else {
      throw StorageError(
        .credentialsRejected,
        "no container role: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"
      )
    }
    return ContainerRole(
      address: address, authorization: variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
      authorizationFile: variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").map {
        TokenFile(path: $0, readFile: readFile)
      }, services: services)
  }

  func instanceRole(
    _ kind: StoreLocation.Kind, _ services: CredentialServices, role: String?
  ) throws(StorageError) -> any CredentialProvider {
    let (override, off, fixed) =
      kind == .s3
      ? ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_EC2_METADATA_DISABLED", "169.254.169.254")
      : ("TRANSHIP_ALIBABA_METADATA_ENDPOINT", "ALIBABA_CLOUD_ECS_METADATA_DISABLED", "100.100.100.200")
    guard variable(off)?.lowercased() != "true" else {
      throw StorageError(.credentialsRejected, "\(off) forbids to ask for this machine's role; unset it")
    }
    var address = ServiceAddress(origin: HTTPOrigin(scheme: .http, host: fixed), target: "/")
    if let url = variable(override) { address = try ServiceAddress(url, from: override) }
    return InstanceRole(
      service: kind == .s3 ? .aws(address, services) : .alibaba(address, services),
      role: role ?? (kind == .oss ? variable("ALIBABA_CLOUD_ECS_METADATA") : nil))
  }
}
