public import ObjectStorage
import StorageWire

extension CredentialSource {
  var awsFiles: [String] {
    [
      variable("AWS_SHARED_CREDENTIALS_FILE") ?? home + "/.aws/credentials",
      variable("AWS_CONFIG_FILE") ?? home + "/.aws/config",
    ]
  }

  var ossFile: String { variable("OSS_CONFIG_FILE") ?? home + "/.ossutilconfig" }

  func profileName(_ given: String?) -> String { given ?? variable("AWS_PROFILE") ?? "default" }

  /// The region that the environment or the vendor's files name, where the user gave none.
  public func region(for kind: StoreLocation.Kind, profile: String? = nil) -> String? {
    switch kind {
    case .s3:
      if let region = variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION") { return region }
      let profile = profileName(profile)
      guard let text = readFile(awsFiles[1]) else { return nil }
      let file = SettingsFile(parsing: text)
      return file.value("region", in: profile == "default" ? profile : "profile \(profile)")
    case .oss:
      if let region = variable("OSS_REGION") { return region }
      guard let text = readFile(ossFile) else { return nil }
      let file = SettingsFile(parsing: text)
      return ossSections(profile).lazy.compactMap { file.value("region", in: $0) }.first
    case .directory, .memory: return nil
    }
  }

  /// The credentials file names profiles plainly, the configuration file as `profile name`.
  func inAWSFiles(profile given: String?) throws(StorageError) -> Credentials? {
    let profile = profileName(given)
    for path in awsFiles {
      guard let text = readFile(path) else { continue }
      let file = SettingsFile(parsing: text)
      for section in [profile, "profile \(profile)"] where file.has(section: section) {
        let names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        if let found = try pair(in: file, section, names, path: path) { return found }
      }
    }
    return nil
  }

  func inOSSFile(profile: String?) throws(StorageError) -> Credentials? {
    guard let text = readFile(ossFile) else { return nil }
    let file = SettingsFile(parsing: text, ignoringSeparators: true)
    for section in ossSections(profile) {
      let names = ("accesskeyid", "accesskeysecret", "ststoken")
      if let found = try pair(in: file, section, names, path: ossFile) { return found }
    }
    return nil
  }

  private var home: String { variable("HOME") ?? "~" }

  /// Version 1 of the vendor's tool writes `Credentials`, version 2 `default` and `profile name`.
  func ossSections(_ profile: String?) -> [String] {
    guard let profile = profile ?? variable("OSS_PROFILE") else { return ["Credentials", "default"] }
    return [profile, "profile \(profile)"]
  }

  private func pair(
    in file: SettingsFile, _ section: String, _ names: (id: String, secret: String, token: String),
    path: String
  ) throws(StorageError) -> Credentials? {
    let (id, secret) = (file.value(names.id, in: section), file.value(names.secret, in: section))
    guard id != nil || secret != nil else { return nil }
    guard let id, let secret else {
      let absent = id == nil ? names.id : names.secret
      throw StorageError(
        .credentialsRejected,
        "\(shownSafely(path)) has no \(absent) in section \(shownSafely(section)): give both keys")
    }
    return Credentials(
      accessKeyID: id, secretAccessKey: secret, sessionToken: file.value(names.token, in: section))
  }
}
