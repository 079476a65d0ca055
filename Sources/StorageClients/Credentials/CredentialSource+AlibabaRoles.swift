import ObjectStorage
import StorageWire

extension CredentialSource {
  /// The web identity that the environment names.
  func alibabaWebIdentity(_ services: CredentialServices) throws(StorageError) -> (any CredentialProvider)? {
    guard let path = variable("ALIBABA_CLOUD_OIDC_TOKEN_FILE") else { return nil }
    guard let provider = variable("ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
      let role = variable("ALIBABA_CLOUD_ROLE_ARN")
    else {
      throw StorageError(
        .credentialsRejected,
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE needs ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_ROLE_ARN beside it: set all or none"
      )
    }
    let name = variable("ALIBABA_CLOUD_ROLE_SESSION_NAME") ?? defaultSessionName(services)
    return AlibabaWebIdentity(
      request: RoleRequest(role: role, sessionName: name), identityProvider: provider,
      token: TokenFile(path: path, readFile: readFile),
      service: try alibabaTokenService(region: nil, services))
  }

  /// What a section of the vendor's file gives credentials out by; nil where there is none.
  func ossSection(
    _ profile: String?, _ services: CredentialServices, below visited: [String] = []
  ) throws(StorageError) -> (any CredentialProvider)? {
    guard let text = readFile(ossFile) else { return nil }
    let file = SettingsFile(parsing: text, ignoringSeparators: true)
    guard let section = ossSections(profile).first(where: { file.has(section: $0) }) else { return nil }
    guard visited.last == section || !visited.contains(section) else {
      throw StorageError(
        .credentialsRejected, "the source profiles of section \(shownSafely(section)) go round in a circle")
    }
    let mode = file.value("mode", in: section)?.lowercased()
    if mode == "ecsramrole" {
      return try instanceRole(.oss, services, role: file.value("ecsrolename", in: section))
    }
    let role = file.value("rolearn", in: section) ?? file.value("ramrolearn", in: section)
    if let role, mode == nil || mode == "ramrolearn", visited.last != section {
      return try ossRole(role, file, section, services, visited)
    }
    guard try inOSSFile(profile: profile) != nil else { return nil }
    return StoredCredentials(
      origin: "section \(shownSafely(section)) of \(shownSafely(ossFile))", remedy: "put new ones there"
    ) { () throws(StorageError) in
      guard let found = try inOSSFile(profile: profile) else {
        throw StorageError(.credentialsRejected, "section \(shownSafely(section)) has no keys any more")
      }
      return found
    }
  }

  private func ossRole(
    _ role: String, _ file: SettingsFile, _ section: String, _ services: CredentialServices,
    _ visited: [String]
  ) throws(StorageError) -> any CredentialProvider {
    let source = file.value("sourceprofile", in: section) ?? section
    guard let base = try ossSection(source, services, below: visited + [section]) else {
      throw StorageError(
        .credentialsRejected,
        "section \(shownSafely(section)) of \(shownSafely(ossFile)) names a role and no keys to take it on with"
      )
    }
    let request = RoleRequest(
      role: role, sessionName: file.value("rolesessionname", in: section) ?? defaultSessionName(services),
      externalID: file.value("externalid", in: section))
    return AlibabaRoleCredentials(
      request: request, base: CredentialKeeper(base, clock: services.clock),
      service: try alibabaTokenService(region: file.value("stsregion", in: section), services),
      remedy: base.remedy)
  }

  private func alibabaTokenService(
    region: String?, _ services: CredentialServices
  ) throws(StorageError) -> AlibabaTokenService {
    let address: ServiceAddress
    if let url = variable("ALIBABA_CLOUD_STS_ENDPOINT") {
      address = try ServiceAddress(url, from: "ALIBABA_CLOUD_STS_ENDPOINT", isHostEnough: true)
    } else {
      let isInside = variable("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED")?.lowercased() == "true"
      let region = region ?? variable("ALIBABA_CLOUD_STS_REGION")
      let host = region.map { "\(isInside ? "sts-vpc" : "sts").\($0).aliyuncs.com" } ?? "sts.aliyuncs.com"
      address = try ServiceAddress("https://\(host)", from: "the region of the token service")
    }
    return AlibabaTokenService(address: address, services: services)
  }
}
