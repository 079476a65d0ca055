import ObjectStorage
import StorageWire

extension StoreCaller {
  /// What a refusal of HEAD was about.
  ///
  /// The store may say nothing but a status, and keys that ended or were disabled look like any bad request. A listing
  /// of one row is refused with a document that names the cause.
  func cause(of refusal: StorageError, _ call: StoreCall, with keys: Credentials) async -> StorageError {
    guard call.method == .head, refusal.vendorCode == nil,
      refusal.httpStatus == 400 || refusal.httpStatus == 403, refusal.code != .clockSkewed
    else { return refusal }
    let probe = StoreCall(.get, query: [("list-type", "2"), ("max-keys", "1")])
    do throws(StorageError) {
      let request = try dialect.request(for: probe, with: keys, at: clock.now())
      let answer = try await transport.send(request, on: nil)
      guard (400...499).contains(answer.status) else {
        answer.body.cancel()
        return refusal
      }
      let cause = await failure(of: answer)
      return cause.isAboutCredentials(keys) || cause.disposition != .fail ? cause : refusal
    } catch {
      return error.disposition == .fail ? refusal : error
    }
  }
}

extension StorageError {
  /// Whether other keys may be what is missing; a wrong secret is none of it.
  func isAboutCredentials(_ keys: Credentials) -> Bool {
    switch code {
    case .credentialsExpired: true
    case .credentialsRejected:
      keys.sessionToken != nil && vendorCode != "AuthorizationHeaderMalformed"
        || ["InvalidAccessKeyId", "InvalidSecurity"].contains(vendorCode)
    default: false
    }
  }

  /// The same refusal once there are new keys: the next try is signed with them.
  var asRenewed: StorageError {
    var error = self
    error.code = .credentialsRenewed
    error.message = "the credentials ended while this was sent, and were renewed"
    return error
  }
}
