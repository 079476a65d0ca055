import Inventory
import Migration
import ObjectStorage

/// The pre-flight in the JSON document.
struct PreflightDocument: Encodable {
  var destination: String
  var landable: InventoryDocument.Share
  var refused: InventoryDocument.Share
  var refusals: [Finding]
  var warnings: [Finding]
  var uncomparedNames: Int64

  struct Finding: Encodable {
    var reason: String
    var objects: Int64
    var bytes: Int64
    var examples: [Example]

    init(_ reason: String, _ notes: PreflightNotes) {
      self.reason = reason
      objects = notes.objects
      bytes = notes.bytes
      examples = notes.examples.map { Example(key: $0.key.percentEncoded, detail: $0.detail) }
    }
  }

  struct Example: Encodable {
    var key: String
    var detail: String
  }

  init(_ preflight: Preflight) {
    destination = preflight.landing.name
    landable = InventoryDocument.Share(preflight.landable)
    refused = InventoryDocument.Share(preflight.refused)
    refusals = PreflightRefusal.allCases.compactMap { reason in
      preflight.refusals[reason].map { Finding(reason.word, $0) }
    }
    warnings = PreflightWarning.allCases.compactMap { warning in
      preflight.warnings[warning].map { Finding(warning.rawValue, $0) }
    }
    uncomparedNames = preflight.uncomparedNames
  }
}

/// The cost sheet in the JSON document.
struct CostDocument: Encodable {
  var objects: Int64
  var bytes: Int64
  var objectsInParts: Int64
  var source: Requests
  var destination: Requests
  var requests: Int64
  var largest: Largest?
  var bytesPerSecond: Int64?
  var requestsPerSecond: Int64?
  var secondsForBytes: Double?
  var secondsForRequests: Double?
  var seconds: Double?
  var assumptions: [String]

  struct Requests: Encodable {
    var list, get, rangedGet, head, put, createUpload, uploadPart, completeUpload, probe, all: Int64

    init(_ requests: CostSheet.Requests) {
      list = requests.list
      get = requests.get
      rangedGet = requests.rangedGet
      head = requests.head
      put = requests.put
      createUpload = requests.createUpload
      uploadPart = requests.uploadPart
      completeUpload = requests.completeUpload
      probe = requests.probe
      all = requests.all
    }
  }

  struct Largest: Encodable {
    var key: String
    var bytes: Int64
    /// Nil where the object goes in one request.
    var partSize: Int64?
    var parts: Int64
  }

  init(_ cost: CostSheet, _ rates: CostRates) {
    objects = cost.objects.objects
    bytes = cost.objects.bytes
    objectsInParts = cost.inParts.objects
    source = Requests(cost.source)
    destination = Requests(cost.destination)
    requests = cost.requests
    largest = cost.largest.map {
      Largest(key: $0.key.percentEncoded, bytes: $0.size, partSize: $0.partSize, parts: $0.parts)
    }
    bytesPerSecond = rates.bytesPerSecond
    requestsPerSecond = rates.requestsPerSecond
    (secondsForBytes, secondsForRequests, seconds) = rates.seconds(cost)
    assumptions = cost.assumptions
  }
}
