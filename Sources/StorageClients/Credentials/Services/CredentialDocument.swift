import Foundation
import ObjectStorage
import StorageWire

/// Temporary credentials as services and programs word them in JSON.
struct CredentialDocument: Decodable {
  var version: Int?
  var code: String?
  var accessKeyID: String?
  var secret: String?
  var token: String?
  var expiration: String?

  private enum CodingKeys: String, CodingKey {
    case version = "Version"
    case code = "Code"
    case accessKeyID = "AccessKeyId"
    case secretAccessKey = "SecretAccessKey"
    case accessKeySecret = "AccessKeySecret"
    case token = "Token"
    case sessionToken = "SessionToken"
    case securityToken = "SecurityToken"
    case expiration = "Expiration"
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    version = try values.decodeIfPresent(Int.self, forKey: .version)
    code = try values.decodeIfPresent(String.self, forKey: .code)
    accessKeyID = try values.decodeIfPresent(String.self, forKey: .accessKeyID)
    secret =
      try values.decodeIfPresent(String.self, forKey: .secretAccessKey)
      ?? values.decodeIfPresent(String.self, forKey: .accessKeySecret)
    token =
      try values.decodeIfPresent(String.self, forKey: .token)
      ?? values.decodeIfPresent(String.self, forKey: .sessionToken)
      ?? values.decodeIfPresent(String.self, forKey: .securityToken)
    expiration = try values.decodeIfPresent(String.self, forKey: .expiration)
  }

  /// Throws without a word of the document, which is a secret.
  static func read<Document: Decodable>(
    _ bytes: [UInt8], as type: Document.Type = CredentialDocument.self, from service: String
  ) throws(StorageError) -> Document {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw StorageError(.credentialsRejected, "\(service) gave no JSON document of credentials")
    }
  }

  /// The credentials, which must be whole; an end that cannot be read is not taken for none.
  func issued(by service: String, tokenRequired: Bool) throws(StorageError) -> IssuedCredentials {
    func missing(_ name: String) -> StorageError {
      StorageError(.credentialsRejected, "\(service) gave no \(name)")
    }
    guard let accessKeyID, !accessKeyID.isEmpty else { throw missing("AccessKeyId") }
    guard let secret, !secret.isEmpty else { throw missing("secret of the key") }
    if tokenRequired, (token ?? "").isEmpty { throw missing("session token") }
    let keys = Credentials(
      accessKeyID: accessKeyID, secretAccessKey: secret, sessionToken: token.flatMap { $0.isEmpty ? nil : $0 }
    )
    guard let expiration, !expiration.isEmpty else { return IssuedCredentials(keys) }
    guard let end = Timestamp(offsetDateTime: expiration) else {
      throw StorageError(
        .credentialsRejected, "\(service) gave an Expiration that is no time: \(shownSafely(expiration))")
    }
    return IssuedCredentials(keys, expiresAt: end)
  }
}

extension Timestamp {
  /// Reads `2024-01-02T03:04:05Z` and the same with a fraction or an offset such as `+08:00`; nil for anything else.
  init?(offsetDateTime text: String) {
    if let time = Timestamp(iso8601: text) {
      self = time
      return
    }
    let digits = text.suffix(6)
    guard let sign = digits.first, sign == "+" || sign == "-", digits.dropFirst(3).first == ":",
      let hours = Int(digits.dropFirst().prefix(2)), let minutes = Int(digits.suffix(2)),
      (0...23).contains(hours), (0...59).contains(minutes),
      let local = Timestamp(iso8601: "\(text.dropLast(6))Z")
    else { return nil }
    let offset = Int64(hours * 60 + minutes) * 60_000
    self = local.advanced(byMilliseconds: sign == "+" ? -offset : offset)
  }
}
