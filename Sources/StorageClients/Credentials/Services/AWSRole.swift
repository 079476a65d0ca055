import ObjectStorage
import StorageWire

/// Which role is taken on, and under what name.
struct RoleRequest {
  var role: String
  var sessionName: String
  var externalID: String?
  var seconds: Int?
}

/// The security token service of AWS.
struct AWSTokenService {
  let address: ServiceAddress
  let region: String
  let services: CredentialServices

  static let apiVersion = "2011-06-15"
  private static let formType = "application/x-www-form-urlencoded; charset=utf-8"

  /// Sends an action and reads the credentials that answer it; without keys the action proves itself.
  func credentials(
    _ action: String, _ parameters: [(name: String, value: String?)], signedWith keys: Credentials?,
    hiding secrets: [String?]
  ) async throws(StorageError) -> IssuedCredentials {
    let form = URIEncoding.query(
      parameters + [("Action", action), ("Version", Self.apiVersion)], emptyIsBare: false)
    let answer = try await services.transport.answer(
      to: request(form: Array(form.utf8), keys), form: Array(form.utf8))
    guard answer.status == 200 else {
      throw refusal(of: answer).error(hiding: secrets + [keys?.secretAccessKey, keys?.sessionToken])
    }
    return try Self.issued(answer.document, action)
  }

  private func request(form: [UInt8], _ keys: Credentials?) -> HTTPRequest {
    let unsigned: [(name: String, value: String)] = [
      ("host", address.origin.hostHeader), ("content-type", Self.formType),
    ]
    var fields = unsigned
    if let keys {
      fields = S3Signature(keys, region: region, service: "sts").sign(
        RequestToSign(
          method: "POST", path: address.target, resource: [], query: [], fields: unsigned, document: form),
        at: services.clock.now())
    }
    return HTTPRequest(
      .post, address.origin, target: address.target, fields: HTTPFields(fields), deadlines: .service)
  }

  static func issued(_ document: [UInt8], _ action: String) throws(StorageError) -> IssuedCredentials {
    var values: [String: String] = [:]
    _ = try XMLDocument.read(document, roots: ["\(action)Response"]) { path, text in
      if path.count == 4, path[1] == "\(action)Result", path[2] == "Credentials" {
        values[path[3]] = text.withoutPadding
      }
    }
    guard let id = values["AccessKeyId"], let secret = values["SecretAccessKey"],
      let token = values["SessionToken"], !id.isEmpty, !secret.isEmpty, !token.isEmpty,
      let end = values["Expiration"].flatMap({ Timestamp(offsetDateTime: $0) })
    else {
      throw StorageError(.malformedAnswer, "the token service's answer to \(action) has no whole credentials")
    }
    return IssuedCredentials(
      Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token), expiresAt: end)
  }

  private func refusal(of answer: ServiceAnswer) -> ServiceRefusal {
    var refusal = ServiceRefusal(service: address.origin.url, status: answer.status)
    do throws(StorageError) {
      _ = try XMLDocument.read(answer.document, roots: ["ErrorResponse"]) { path, text in
        if path.count == 3, path[2] == "Code" { refusal.code = text.withoutPadding }
        if path.count == 3, path[2] == "Message" { refusal.message = text.withoutPadding }
      }
    } catch {
      // The status says enough.
    }
    return refusal
  }
}

/// A role that is taken on with other credentials: `AssumeRole`.
struct AWSRoleCredentials: CredentialProvider {
  let request: RoleRequest
  let base: CredentialKeeper
  let service: AWSTokenService
  let remedy: String

  var origin: String { "the role \(shownSafely(request.role))" }

  func issue() async throws(StorageError) -> IssuedCredentials {
    var parameters: [(name: String, value: String?)] = [
      ("RoleArn", request.role), ("RoleSessionName", request.sessionName),
    ]
    if let external = request.externalID { parameters.append(("ExternalId", external)) }
    if let seconds = request.seconds { parameters.append(("DurationSeconds", String(seconds))) }
    return try await base.signing { keys throws(StorageError) in
      try await service.credentials(
        "AssumeRole", parameters, signedWith: keys, hiding: [request.externalID])
    }
  }
}

/// A role that is taken on with a token of the platform, which it writes into a file: `AssumeRoleWithWebIdentity`.
struct AWSWebIdentity: CredentialProvider {
  let request: RoleRequest
  let token: TokenFile
  let service: AWSTokenService

  var origin: String { "the role \(shownSafely(request.role)) by \(token.shown)" }
  var remedy: String { "let the platform write a new token" }

  func issue() async throws(StorageError) -> IssuedCredentials {
    let text = try token.read()
    var parameters: [(name: String, value: String?)] = [
      ("RoleArn", request.role), ("RoleSessionName", request.sessionName), ("WebIdentityToken", text),
    ]
    if let seconds = request.seconds { parameters.append(("DurationSeconds", String(seconds))) }
    return try await service.credentials(
      "AssumeRoleWithWebIdentity", parameters, signedWith: nil, hiding: [text])
  }
}

/// A file with a token in it, read anew every time: the platform replaces it.
struct TokenFile {
  let path: String
  let readFile: @Sendable (_ path: String) -> String?

  var shown: String { "the token in \(shownSafely(path))" }

  func read() throws(StorageError) -> String {
    let text = readFile(path).map(\.withoutPadding) ?? ""
    guard !text.isEmpty else {
      throw StorageError(.credentialsRejected, "the token file \(shownSafely(path)) is not there or empty")
    }
    return text
  }
}

extension CredentialKeeper {
  /// Runs a call that these credentials sign; once more with new ones where the first were refused.
  func signing<Value: Sendable>(
    _ call: (Credentials) async throws(StorageError) -> Value
  ) async throws(StorageError) -> Value {
    let keys = try await current()
    do throws(StorageError) {
      return try await call(keys)
    } catch {
      guard error.code == .credentialsExpired else { throw error }
      return try await call(try await renewed(after: keys, error))
    }
  }
}
