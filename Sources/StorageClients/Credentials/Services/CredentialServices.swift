import NIOCore
public import ObjectStorage

/// What providers of temporary credentials work with; given from outside, so that tests need neither network nor time.
public struct CredentialServices: Sendable {
  /// For services of the vendors, through a proxy where the user names one.
  public var transport: any HTTPTransport
  /// For addresses that belong to this machine alone: never through a proxy.
  public var direct: any HTTPTransport
  public var clock: RunClock
  /// A text that no other call has.
  public var nonce: @Sendable () -> String

  public init(
    transport: any HTTPTransport, direct: any HTTPTransport, clock: RunClock,
    nonce: @escaping @Sendable () -> String = Self.randomNonce
  ) {
    self.transport = transport
    self.direct = direct
    self.clock = clock
    self.nonce = nonce
  }

  public static let randomNonce: @Sendable () -> String = {
    (0..<4).map { _ in String(UInt32.random(in: .min ... .max), radix: 16) }.joined(separator: "-")
  }
}

/// A service's answer, whole.
struct ServiceAnswer {
  /// No document of credentials is longer.
  static let limit = 256 << 10

  var status: Int
  var document: [UInt8]

  var text: String { String(decoding: document, as: UTF8.self) }
}

extension HTTPTransport {
  /// Sends a request with its form or without a body, and reads the whole answer.
  func answer(to request: HTTPRequest, form: [UInt8]? = nil) async throws(StorageError) -> ServiceAnswer {
    var request = request
    if let form { request.body = await .bytes(ByteBuffer(bytes: form), on: anyEventLoop()) }
    let response = try await send(request, on: nil)
    let body = try await response.body.collect(upTo: ServiceAnswer.limit)
    return ServiceAnswer(status: response.status, document: Array(body.readableBytesView))
  }
}

extension Deadlines {
  static let service = Deadlines(connect: .seconds(10), idle: .seconds(20), total: .seconds(60))
  /// A machine without such a service drops what is sent there; nobody waits long for nothing.
  static let metadata = Deadlines(connect: .seconds(5), idle: .seconds(20), total: .seconds(30))
}

/// How a service says no.
struct ServiceRefusal {
  var service: String
  var status: Int
  var code: String?
  var message: String?

  /// Nothing is said that repeats a secret: some services answer a wrong signature with what they signed.
  func error(hiding secrets: [String?]) -> StorageError {
    var text = "\(service) answered HTTP \(status)"
    if let code { text += " \(shownSafely(code))" }
    if let message, !repeats(message, secrets) { text += ": \(shownSafely(String(message.prefix(300))))" }
    return StorageError(meaning, text, httpStatus: status, vendorCode: code)
  }

  private var meaning: StorageError.Code {
    switch code ?? "" {
    case "ExpiredToken", "ExpiredTokenException", "InvalidSecurityToken.Expired": return .credentialsExpired
    case "Throttling", "Throttling.User", "ThrottlingException", "RequestLimitExceeded": return .throttled
    case "IDPCommunicationError", "ServiceUnavailable", "InternalError", "InternalFailure":
      return .serverFault
    default: return status == 429 ? .throttled : status >= 500 ? .serverFault : .credentialsRejected
    }
  }

  private func repeats(_ message: String, _ secrets: [String?]) -> Bool {
    let isSignature = (code ?? "").contains("Signature") || message.lowercased().contains("string to sign")
    return isSignature
      || secrets.contains { secret in secret.map { !$0.isEmpty && message.contains($0) } ?? false }
  }
}
