import Foundation
public import ObjectStorage

/// The policy of a side: what its requests need and nothing else, as the vendor's console takes it.
///
/// For Amazon a policy of IAM, for Alibaba Cloud one of RAM; both are attached to a user or a role.
public struct AccessPolicy: Sendable {
  public enum Role: String, CaseIterable, Sendable {
    case source
    case destination
  }

  private let address: StoreAddress
  private let rights: [AccessRight]
  private let partition: String

  /// `region` decides how Amazon's resources are named; `restoring` adds the one right that changes a source.
  ///
  /// Throws `invalid-request` for directories, and for a prefix that the vendor's policies cannot name.
  public init(
    for address: StoreAddress, role: Role, restoring: Bool = false, region: String? = nil
  ) throws(StorageError) {
    guard address.kind == .s3 || address.kind == .oss else {
      throw StorageError(
        .invalidRequest, "\(address) has no policy: name an s3:// or oss:// address")
    }
    guard String(validating: address.prefix.bytes, as: UTF8.self) != nil else {
      throw StorageError(.invalidRequest, "the prefix of \(address) is not UTF-8: no policy can name it")
    }
    let wildcards = [UInt8(ascii: "*"), UInt8(ascii: "?")]
    guard address.kind == .s3 || !address.prefix.bytes.contains(where: wildcards.contains) else {
      throw StorageError(
        .invalidRequest,
        "the prefix of \(address) has * or ?, which RAM reads as any characters; name the part before it")
    }
    self.address = address
    let added: [AccessRight] = restoring && role == .source ? [.restore] : []
    rights = (role == .source ? AccessRight.ofSource : AccessRight.ofDestination) + added
    partition = Self.partition(of: region ?? "")
  }

  /// The vendors' names of what is allowed, in their order.
  public var actions: [String] { statements.flatMap(\.action) }

  /// The document, with its names in order and a line break at its end.
  public var json: String {
    get throws(StorageError) {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let document = Document(version: address.kind == .s3 ? "2012-10-17" : "1", statements: statements)
      do { return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n" } catch {
        throw StorageError(.invalidRequest, "the policy of \(address) cannot be written: \(error)")
      }
    }
  }

  private var statements: [Statement] {
    AccessScope.allCases.compactMap { scope in
      let actions = rights.filter { $0.scope == scope }.compactMap { $0.action(of: address.kind) }
      guard !actions.isEmpty else { return nil }
      let isLimited = scope == .listing && !address.prefix.bytes.isEmpty
      let key = address.kind == .s3 ? "s3:prefix" : "oss:Prefix"
      return Statement(
        action: actions.sorted(), condition: isLimited ? ["StringLike": [key: [prefix + "*"]]] : nil,
        resource: [scope == .objects ? "\(bucket)/\(prefix)*" : bucket])
    }
  }

  private var bucket: String {
    address.kind == .s3 ? "arn:\(partition):s3:::\(address.bucket)" : "acs:oss:*:*:\(address.bucket)"
  }

  /// The prefix as a pattern that matches nothing but itself: IAM has names for its own characters.
  private var prefix: String {
    let text = String(decoding: address.prefix.bytes, as: UTF8.self)
    guard address.kind == .s3 else { return text }
    return text.reduce(into: "") { pattern, character in
      pattern += "*?$".contains(character) ? "${\(character)}" : String(character)
    }
  }

  private static func partition(of region: String) -> String {
    if region.hasPrefix("cn-") { return "aws-cn" }
    return region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
  }

  private struct Document: Encodable {
    var version: String
    var statements: [Statement]

    enum CodingKeys: String, CodingKey {
      case version = "Version"
      case statements = "Statement"
    }
  }

  private struct Statement: Encodable {
    var effect = "Allow"
    var action: [String]
    var condition: [String: [String: [String]]]?
    var resource: [String]

    enum CodingKeys: String, CodingKey {
      case effect = "Effect"
      case action = "Action"
      case condition = "Condition"
      case resource = "Resource"
    }
  }
}
