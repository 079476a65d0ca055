import ObjectStorage
import StorageWire

/// The security token service of Alibaba Cloud.
struct AlibabaTokenService {
  let address: ServiceAddress
  let services: CredentialServices

  static let apiVersion = "2015-04-01"

  /// Sends an action and reads the credentials that answer it; without keys the action proves itself.
  func credentials(
    _ action: String, form: [(name: String, value: String?)], signedWith keys: Credentials?,
    hiding secrets: [String?]
  ) async throws(StorageError) -> IssuedCredentials {
    let now = services.clock.now()
    var query: [(name: String, value: String?)] = [
      ("Action", action), ("Format", "JSON"), ("Version", Self.apiVersion),
    ]
    if let keys {
      let signature = AlibabaRPCSignature(keys)
      query += signature.parameters(nonce: services.nonce(), at: now)
      query.append(("Signature", signature.signature(method: "POST", query + form)))
    } else {
      query.append(("Timestamp", AlibabaRPCSignature.time(now)))
    }
    let request = HTTPRequest(
      .post, address.origin, target: "\(address.target)?\(URIEncoding.query(query, emptyIsBare: false))",
      fields: HTTPFields([
        ("host", address.origin.hostHeader), ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
      ]), deadlines: .service)
    let answer = try await services.transport.answer(
      to: request, form: Array(URIEncoding.query(form, emptyIsBare: false).utf8))
    let name = address.origin.url
    guard answer.status == 200 else {
      throw refusal(of: answer).error(hiding: secrets + [keys?.secretAccessKey, keys?.sessionToken])
    }
    let document = try CredentialDocument.read(answer.document, as: Answer.self, from: name)
    return try document.Credentials.issued(by: name, tokenRequired: true)
  }

  private func refusal(of answer: ServiceAnswer) -> ServiceRefusal {
    var refusal = ServiceRefusal(service: address.origin.url, status: answer.status)
    do throws(StorageError) {
      let said = try CredentialDocument.read(answer.document, as: Refusal.self, from: "")
      (refusal.code, refusal.message) = (said.Code, said.Message)
    } catch {
      // The status says enough.
    }
    return refusal
  }

  /// Spelt as the service spells them.
  private struct Answer: Decodable {
    var Credentials: CredentialDocument
  }

  private struct Refusal: Decodable {
    var Code: String?
    var Message: String?
  }
}

/// A role that is taken on with other credentials: `AssumeRole`.
struct AlibabaRoleCredentials: CredentialProvider {
  let request: RoleRequest
  let base: CredentialKeeper
  let service: AlibabaTokenService
  let remedy: String

  var origin: String { "the role \(shownSafely(request.role))" }

  func issue() async throws(StorageError) -> IssuedCredentials {
    var form = request.form
    if let external = request.externalID { form.append(("ExternalId", external)) }
    return try await base.signing { keys throws(StorageError) in
      try await service.credentials(
        "AssumeRole", form: form, signedWith: keys, hiding: [request.externalID])
    }
  }
}

/// A role that is taken on with a token of the platform, which it writes into a file: `AssumeRoleWithOIDC`.
struct AlibabaWebIdentity: CredentialProvider {
  let request: RoleRequest
  let identityProvider: String
  let token: TokenFile
  let service: AlibabaTokenService

  var origin: String { "the role \(shownSafely(request.role)) by \(token.shown)" }
  var remedy: String { "let the platform write a new token" }

  func issue() async throws(StorageError) -> IssuedCredentials {
    let text = try token.read()
    return try await service.credentials(
      "AssumeRoleWithOIDC",
      form: request.form + [("OIDCProviderArn", identityProvider), ("OIDCToken", text)], signedWith: nil,
      hiding: [text])
  }
}

extension RoleRequest {
  fileprivate var form: [(name: String, value: String?)] {
    [("RoleArn", role), ("RoleSessionName", sessionName), ("DurationSeconds", String(seconds ?? 3600))]
  }
}
