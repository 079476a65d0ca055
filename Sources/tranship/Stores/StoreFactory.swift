import AuditLedger
import Foundation
import NIOCore
import NIOPosix
import ObjectStorage
import StorageClients
import StorageWire

/// A store that can be used as either side.
typealias Store = ObjectWriter & ObjectRestorer

/// Makes stores from addresses, options, the environment and the vendors' files.
struct StoreFactory: Sendable {
  let transport: HTTPClient
  /// For addresses of this machine alone.
  let direct: HTTPClient
  let allowHTTP: Bool
  let clock: RunClock
  let environment: [String: String]

  /// `bandwidth` is the lowest limit in bytes a second that there is at any time.
  init(_ options: ConnectionOptions, clock: RunClock, bandwidth: Int64? = nil) throws(StorageError) {
    var limits = TransportLimits()
    if Haste.divisor > 1 { limits.longestSilence = .seconds(60) / Haste.divisor }
    // At a slow pace a large buffer takes long to be passed on, and the peer sees nothing move meanwhile.
    if let bandwidth, bandwidth < 32 << 20 { limits.largeBuffer = limits.smallBuffer }
    environment = ProcessInfo.processInfo.environment
    let security = try TransportSecurity(additionalRootsFile: options.caFile)
    transport = HTTPClient(
      group: MultiThreadedEventLoopGroup.singleton, limits: limits, security: security,
      proxies: try ProxyRules(environment: environment))
    direct = HTTPClient(group: MultiThreadedEventLoopGroup.singleton, security: security)
    allowHTTP = options.allowHTTP
    self.clock = clock
  }

  func open(_ address: StoreAddress, _ side: Side, _ settings: SideSettings) async throws(StorageError)
    -> any ObjectWriter
  {
    switch address.kind {
    case .s3, .oss: return try restorable(address, side, settings)
    case .directory:
      return try await DirectoryStore.open(
        path: address.bucket, threadPool: .singleton,
        folderMarkers: side == .source ? .emptyOnly : .all)
    case .memory: throw StorageError(.invalidRequest, "there is no such store: \(address)")
    }
  }

  func restorable(_ address: StoreAddress, _ side: Side, _ settings: SideSettings) throws(StorageError)
    -> any Store
  {
    let source = CredentialSource(environment: environment) { path in
      // A file that is not there or cannot be read is named in the error when nothing else is found.
      try? String(contentsOfFile: path, encoding: .utf8)
    }
    let place = try place(address, side, settings, source)
    let provider = try source.provider(
      for: address.kind, side: side == .source ? .source : .destination, profile: settings.profile,
      choice: settings.credentials,
      services: CredentialServices(transport: transport, direct: direct, clock: clock))
    let credentials = CredentialKeeper(provider, clock: clock)
    switch address.kind {
    case .s3: return S3Client(place, credentials: credentials, transport: transport, now: clock.now)
    case .oss:
      return OSSClient(
        place, credentials: credentials, transport: transport,
        signature: settings.ossSignature == .v1 ? .one : .four,
        listVersion: settings.ossListVersion == 1 ? .one : .two, now: clock.now)
    case .directory, .memory:
      throw StorageError(.invalidRequest, "\(address) cannot be restored from")
    }
  }

  private func place(
    _ address: StoreAddress, _ side: Side, _ settings: SideSettings, _ source: CredentialSource
  ) throws(StorageError) -> StorePlace {
    let known = settings.region ?? source.region(for: address.kind, profile: settings.profile)
    guard let region = known ?? (address.kind == .s3 ? "us-east-1" : nil) else {
      throw StorageError(
        .invalidRequest,
        "the region of \(address) is not known; give --\(side.rawValue)-region, such as cn-shanghai")
    }
    let endpoint: HTTPOrigin
    if let text = settings.endpoint {
      endpoint = try HTTPOrigin(endpoint: text, allowingPlainHTTP: allowHTTP)
    } else if let derived = HTTPOrigin(region: region, of: address.kind) {
      endpoint = derived
    } else {
      throw StorageError(
        .invalidRequest,
        "the region \(shownSafely(region)) is not valid; give --\(side.rawValue)-region, such as cn-shanghai")
    }
    return StorePlace(
      bucket: address.bucket, endpoint: endpoint, region: region,
      addressing: settings.pathStyle ? .path : .automatic, listingDivision: settings.listing.division,
      requesterPays: settings.requesterPays)
  }
}

extension RunClock {
  /// The machine's time and chance.
  static let system = RunClock(
    now: { Timestamp(millisecondsSinceEpoch: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))) },
    sleep: { try await Task.sleep(for: $0 / Haste.divisor) }, random: { Double.random(in: 0..<1) })
}
