public import ObjectStorage
public import StorageWire

/// Finds the credentials of one side: in the environment first, then in the files of the vendors' tools.
///
/// | order | S3 | OSS |
/// | --- | --- | --- |
/// | 1 | `TRANSHIP_SOURCE_…` or `TRANSHIP_DESTINATION_…`: `ACCESS_KEY_ID`, `SECRET_ACCESS_KEY`, `SESSION_TOKEN` | the same |
/// | 2, unless a profile is named | `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | `OSS_ACCESS_KEY_ID`, `OSS_ACCESS_KEY_SECRET`, `OSS_SESSION_TOKEN` |
/// | 3 | `~/.aws/credentials`, `~/.aws/config` | `~/.ossutilconfig` |
///
/// Nothing is taken from options, and nothing is remembered: asking again reads again.
public struct CredentialSource: Sendable {
  public enum Side: String, Sendable {
    case source
    case destination
  }

  let environment: [String: String]
  /// The text of a file, or nil where there is none.
  let readFile: @Sendable (_ path: String) -> String?

  public init(
    environment: [String: String], readFile: @escaping @Sendable (_ path: String) -> String?
  ) {
    self.environment = environment
    self.readFile = readFile
  }

  /// Throws `credentials-rejected`, naming what was looked for, where nothing complete was found.
  public func credentials(
    for kind: StoreLocation.Kind, side: Side, profile: String? = nil
  ) throws(StorageError) -> Credentials {
    let own = EnvironmentNames.own(side)
    if let found = try inEnvironment(own) { return found }
    switch kind {
    case .s3:
      if profile == nil, let found = try inEnvironment(.aws) { return found }
      if let found = try inAWSFiles(profile: profile) { return found }
    case .oss:
      if profile == nil, let found = try inEnvironment(.oss) { return found }
      if let found = try inOSSFile(profile: profile) { return found }
    case .directory, .memory:
      throw StorageError(.invalidRequest, "a \(kind.rawValue) address has no credentials")
    }
    throw missing(kind, own, profile)
  }

  func inEnvironment(_ names: EnvironmentNames) throws(StorageError) -> Credentials? {
    let (id, secret) = (variable(names.accessKeyID), variable(names.secretAccessKey))
    switch (id, secret) {
    case (nil, nil): return nil
    case (let id?, let secret?):
      return Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: variable(names.sessionToken))
    case (nil, _): throw incomplete(names.accessKeyID, beside: names.secretAccessKey)
    case (_, nil): throw incomplete(names.secretAccessKey, beside: names.accessKeyID)
    }
  }

  func variable(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  private func incomplete(_ name: String, beside other: String) -> StorageError {
    StorageError(.credentialsRejected, "\(other) is set and \(name) is not: set both or none")
  }

  private func missing(
    _ kind: StoreLocation.Kind, _ own: EnvironmentNames, _ profile: String?
  ) -> StorageError {
    let vendor: EnvironmentNames = kind == .s3 ? .aws : .oss
    let files = kind == .s3 ? awsFiles.joined(separator: " and ") : ossFile
    let environment = profile == nil ? [own, vendor] : [own]
    let names = environment.map { "\($0.accessKeyID) with \($0.secretAccessKey)" }
    return StorageError(
      .credentialsRejected,
      "no credentials found: set \(names.joined(separator: ", or ")), or put profile \(shownSafely(profileName(profile))) into \(files)"
    )
  }
}

/// The names of the variables that hold one pair of keys.
struct EnvironmentNames {
  var accessKeyID: String
  var secretAccessKey: String
  var sessionToken: String

  static let aws = EnvironmentNames(
    accessKeyID: "AWS_ACCESS_KEY_ID", secretAccessKey: "AWS_SECRET_ACCESS_KEY",
    sessionToken: "AWS_SESSION_TOKEN")
  static let oss = EnvironmentNames(
    accessKeyID: "OSS_ACCESS_KEY_ID", secretAccessKey: "OSS_ACCESS_KEY_SECRET",
    sessionToken: "OSS_SESSION_TOKEN")

  static func own(_ side: CredentialSource.Side) -> EnvironmentNames {
    let prefix = "TRANSHIP_\(side.rawValue.uppercased())_"
    return EnvironmentNames(
      accessKeyID: prefix + "ACCESS_KEY_ID", secretAccessKey: prefix + "SECRET_ACCESS_KEY",
      sessionToken: prefix + "SESSION_TOKEN")
  }
}
