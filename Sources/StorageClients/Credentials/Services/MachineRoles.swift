import ObjectStorage
import StorageWire

/// The metadata service of a machine in a cloud: where it is, and how it wants to be asked.
struct MetadataService {
  let address: ServiceAddress
  /// The vendor's names of the two fields, and the folder of the roles.
  let lifetimeField: String
  let tokenField: String
  let roles: String
  let services: CredentialServices

  static func aws(_ address: ServiceAddress, _ services: CredentialServices) -> MetadataService {
    MetadataService(
      address: address, lifetimeField: "x-aws-ec2-metadata-token-ttl-seconds",
      tokenField: "x-aws-ec2-metadata-token", roles: "/latest/meta-data/iam/security-credentials/",
      services: services)
  }

  static func alibaba(_ address: ServiceAddress, _ services: CredentialServices) -> MetadataService {
    MetadataService(
      address: address, lifetimeField: "x-aliyun-ecs-metadata-token-ttl-seconds",
      tokenField: "x-aliyun-ecs-metadata-token", roles: "/latest/meta-data/ram/security-credentials/",
      services: services)
  }

  /// A session of the hardened mode; the older one without is not used.
  func session() async throws(StorageError) -> String {
    let answer = try await ask(.put, "/latest/api/token", (lifetimeField, "21600"))
    let token = answer.text.withoutPadding
    guard answer.status == 200, !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw refused("the session token", answer.status)
    }
    return token
  }

  /// The document at a path.
  func get(_ path: String, session: String, what: String) async throws(StorageError) -> ServiceAnswer {
    let answer = try await ask(.get, path, (tokenField, session))
    guard answer.status == 200 else { throw refused(what, answer.status) }
    return answer
  }

  private func ask(
    _ method: HTTPRequest.Method, _ path: String, _ field: (name: String, value: String)
  ) async throws(StorageError) -> ServiceAnswer {
    let place = address.at(path)
    let fields = HTTPFields([("host", place.origin.hostHeader), (field.name, field.value)])
    return try await services.direct.answer(
      to: HTTPRequest(method, place.origin, target: place.target, fields: fields, deadlines: .metadata))
  }

  private func refused(_ what: String, _ status: Int) -> StorageError {
    let code: StorageError.Code = status >= 500 ? .serverFault : .credentialsRejected
    let hint = status == 404 ? "; is a role attached to this machine?" : ""
    return StorageError(
      code, "the metadata service \(address.origin.url) gave no \(what): HTTP \(status)\(hint)",
      httpStatus: status)
  }
}

/// The role that is attached to the machine this runs on.
struct InstanceRole: CredentialProvider {
  let service: MetadataService
  /// Nil where the service is asked for it.
  let role: String?

  var origin: String { "this machine's role at \(service.address.origin.url)" }
  var remedy: String { "look at the role that is attached to this machine" }

  func issue() async throws(StorageError) -> IssuedCredentials {
    let session = try await service.session()
    let role = try await name(session)
    let path = service.roles + URIEncoding.path(role.utf8)
    let answer = try await service.get(path, session: session, what: "credentials")
    let document = try CredentialDocument.read(answer.document, from: origin)
    guard document.code == nil || document.code == "Success" else {
      throw StorageError(.credentialsRejected, "\(origin) answered \(shownSafely(document.code ?? ""))")
    }
    return try document.issued(by: origin, tokenRequired: true)
  }

  private func name(_ session: String) async throws(StorageError) -> String {
    if let role { return role }
    let answer = try await service.get(service.roles, session: session, what: "name of a role")
    let line = answer.text.split(whereSeparator: \.isNewline).first.map(\.withoutPadding) ?? ""
    guard !line.isEmpty, !line.contains("/"), line.utf8.count <= 256 else {
      throw StorageError(.credentialsRejected, "\(origin) has no name")
    }
    return line
  }
}

/// The role of the container this runs in, at an address that its platform puts into the environment.
struct ContainerRole: CredentialProvider {
  let address: ServiceAddress
  /// The value of `Authorization`, or a file with it.
  let authorization: String?
  let authorizationFile: TokenFile?
  let services: CredentialServices

  var origin: String { "this container's role at \(address.origin.url)" }
  var remedy: String { "look at the role of this container" }

  func issue() async throws(StorageError) -> IssuedCredentials {
    var fields = HTTPFields([("host", address.origin.hostHeader), ("accept", "application/json")])
    if let authorizationFile {
      fields.add("authorization", try authorizationFile.read())
    } else if let authorization {
      fields.add("authorization", authorization)
    }
    let answer = try await services.direct.answer(
      to: HTTPRequest(
        .get, address.origin, target: address.target, fields: fields, deadlines: .metadata))
    guard answer.status == 200 else {
      throw StorageError(
        answer.status >= 500 ? .serverFault : .credentialsRejected,
        "\(origin) answered HTTP \(answer.status)",
        httpStatus: answer.status)
    }
    return try CredentialDocument.read(answer.document, from: origin)
      .issued(by: origin, tokenRequired: true)
  }
}
