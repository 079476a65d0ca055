import Synchronization

extension FaultHit {
  /// Seconds that the server's clock is ahead for this request.
  var clockOffset: Int64 { if case .clock(let offset) = action { offset } else { 0 } }

  /// What the server says in the place of an answer; nothing is done then.
  func refusal(_ dialect: Dialect) -> ServerError? {
    switch action {
    case .refuse(let status, let code, let headers, let elements):
      ServerError(
        status, code, "Refused by the plan of faults.", headers: headers.map { ($0.name, $0.value) },
        elements: elements.map { ($0.name, $0.value) })
    case .expire:
      dialect == .s3
        ? ServerError(400, "ExpiredToken", "The provided token has expired.")
        : ServerError(403, "SecurityTokenExpired", "The security token you provided has expired.")
    default: nil
    }
  }

  /// The request as it is to be served after its signature was checked.
  func altered(_ request: ServerRequest, _ files: BucketFiles?) -> ServerRequest {
    var request = request
    switch action {
    case .ignoreRange: request.headers.removeAll { $0.name == "range" }
    case .storeShort, .storeFlip:
      // A store that damages what it keeps does not check it either.
      request.headers.removeAll { $0.name == "content-md5" || $0.name.hasPrefix("x-amz-checksum-") }
    case .listing(.loop): request.query.removeAll { Self.positions.contains($0.name) }
    case .listing(.overlap):
      if let files { stepBack(&request, files) }
    default: break
    }
    return request
  }

  private static let positions = ["continuation-token", "start-after", "marker"]

  /// Moves the position of a listing two keys towards its begin.
  private func stepBack(_ request: inout ServerRequest, _ files: BucketFiles) {
    guard
      let index = request.query.firstIndex(where: { Self.positions.contains($0.name) && $0.value != nil }),
      let text = request.query[index].value, !text.isEmpty
    else { return }
    let isToken = request.query[index].name == "continuation-token"
    guard let start = isToken ? try? Operations.decodeToken(text) : Array(text.utf8) else { return }
    let earlier = files.state.withLock { state -> [UInt8]? in
      let place = BucketFiles.firstIndex(in: state.keys, notBefore: start) - 2
      return state.keys.indices.contains(place) ? state.keys[place] : nil
    }
    guard let earlier else { return }
    request.query[index].value =
      isToken ? Operations.token(earlier) : String(decoding: earlier, as: UTF8.self)
  }

  /// Does to the object what the plan says, before the request is served.
  func change(_ request: ServerRequest, _ operations: Operations) throws {
    guard case .change(let change) = action, let key = request.key else { return }
    let files = try operations.bucket(request.bucket)
    guard let object = files.object(key) else { return }
    switch change {
    case .delete: _ = try files.remove(key, at: Instant.now())
    case .archive:
      try files.update(key) { object in
        object.storageClass = operations.dialect == .s3 ? "GLACIER" : "Archive"
        object.isRestored = false
      }
    case .restore:
      try files.update(key) { object in
        object.isRestored = object.isArchived
        object.isRestoring = nil
      }
    case .replace, .grow: try operations.overwrite(object, files, grows: change == .grow)
    }
  }
}
