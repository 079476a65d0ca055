import DevStore

/// The rows of the self-test, a digest of the matrix of faults: the first has none.
extension SelfTestRow {
  static var all: [SelfTestRow] {
    [SelfTestRow(title: "nothing goes wrong")] + bodies + pages + answers + objects + incidents
  }

  private static let small = SelfTestBucket.small
  private static let large = SelfTestBucket.large

  private static func get(_ key: String, _ rule: String) -> String {
    "\"op\":\"GetObject\",\"key\":\"\(key)\",\(rule)"
  }

  /// What comes from the source is not what it has.
  private static var bodies: [SelfTestRow] {
    [
      SelfTestRow(
        title: "a body is cut by a reset", source: [get(small, #""nth":1,"do":"cut","then":"rst""#)],
        noticed: ["GetObject again"]),
      SelfTestRow(
        title: "a body is short, and its length says so too", source: [get(small, #""nth":1,"do":"short""#)],
        noticed: ["GetObject again"]),
      SelfTestRow(
        title: "one bit of a part is flipped",
        source: [get(large, #""offset":5242880,"nth":1,"do":"flip""#)], noticed: ["GetObject again"]),
      SelfTestRow(
        title: "one bit of an object is flipped, every time", source: [get(small, #""do":"flip""#)],
        noticed: ["GetObject again"], end: .errors([small: "mismatched"]), afterwards: .completed),
      SelfTestRow(
        title: "an <Error> with status 200 in an object's place",
        source: [get(small, #""nth":1,"do":"body","is":"error""#)], noticed: ["GetObject again"]),
    ]
  }

  private static func page(_ title: String, _ action: String, _ noticed: [String], stops: Bool) -> SelfTestRow
  {
    SelfTestRow(
      title: title, source: [#""op":"ListObjectsV2","page":"later","# + action], noticed: noticed,
      end: stops ? .stopped : .completed, afterwards: stops ? .completed : nil)
  }

  /// A listing that is believed would lose keys.
  private static var pages: [SelfTestRow] {
    let malformed = ["list: malformed-answer"]
    let stopped = malformed + ["stopped, source: malformed-answer"]
    return [
      page(
        "a portal's HTML in a listing page's place, once", #""nth":1,"do":"body","is":"html""#, malformed,
        stops: false),
      page("a portal's HTML in a listing page's place", #""do":"body","is":"html""#, stopped, stops: true),
      page("an empty document in a listing page's place", #""do":"body","is":"empty""#, stopped, stops: true),
      page("a page that says there is more, and not where", #""do":"list-no-token""#, stopped, stops: true),
      page("a page whose position leads back to the first", #""do":"list-loop""#, stopped, stops: true),
      page("a page of a billion laughs", #""do":"body","is":"billion-laughs""#, stopped, stops: true),
      page("a page that repeats two keys", #""do":"list-repeat""#, ["keys listed twice"], stops: false),
    ]
  }

  /// What the destination does and says.
  private static var answers: [SelfTestRow] {
    func on(_ operation: String, _ key: String, _ rule: String) -> String {
      "\"op\":\"\(operation)\",\"key\":\"\(key)\",\(rule)"
    }
    return [
      SelfTestRow(
        title: "the answer to a PUT is lost", destination: [on("PutObject", small, #""nth":1,"do":"lose""#)],
        noticed: ["PutObject again"]),
      SelfTestRow(
        title: "the destination stores an object short",
        destination: [on("PutObject", small, #""nth":1,"do":"store-short""#)], noticed: ["PutObject again"],
        lies: [small], rewrites: [small]),
      SelfTestRow(
        title: "the destination flips a bit of what it stores, every time",
        destination: [on("PutObject", small, #""do":"store-flip""#)], noticed: ["PutObject again"],
        end: .errors([small: "mismatched"]), afterwards: .completed, lies: [small], rewrites: [small]),
      SelfTestRow(
        title: "the destination stores a part short",
        destination: [on("UploadPart", large, #""part":2,"nth":1,"do":"store-short""#)],
        noticed: ["UploadPart again"], lies: [large], rewrites: [large]),
      SelfTestRow(
        title: "Complete answers 200 with an <Error>",
        destination: [on("CompleteMultipartUpload", large, #""nth":1,"do":"body","is":"error""#)],
        noticed: ["complete-upload: server-fault"]),
      SelfTestRow(
        title: "the destination answers with another CRC than that of the bytes",
        destination: [
          on("PutObject", small, "\"do\":\"headers\",\"alter\":\"\(Dialect.oss.crcHeader)\"")
        ],
        noticed: ["PutObject again"], end: .errors([small: "mismatched"]), afterwards: .completed,
        rewrites: [small]),
      SelfTestRow(
        title: "a GET answers with another ETag than the listing",
        source: [get(small, #""do":"headers","alter":"ETag""#)],
        end: .errors([small: "source-changed"]), afterwards: .completed),
    ]
  }

  /// What becomes of single objects at the source.
  private static var objects: [SelfTestRow] {
    [
      SelfTestRow(
        title: "an object is replaced between two ranges",
        source: [get(large, #""offset":5242880,"nth":1,"do":"change","to":"replace""#)],
        noticed: ["get: precondition-failed"], changes: [large]),
      SelfTestRow(
        title: "an object is deleted after it was listed",
        source: [get(small, #""do":"change","to":"delete""#)], noticed: ["get: not-found"],
        end: .errors([small: "source-gone"]), changes: [small]),
      SelfTestRow(
        title: "an object is archived after it was listed",
        source: [get(small, #""do":"change","to":"archive""#)], noticed: ["get: archived"],
        end: .errors([small: "archived"])),
      SelfTestRow(
        title: "one object may not be read",
        source: [get(small, #""do":"error","status":403,"code":"AccessDenied""#)],
        noticed: ["get: access-denied"], end: .errors([small: "denied"]), afterwards: .completed),
      SelfTestRow(
        title: "the destination has other bytes under a key", incident: .occupied(key: small),
        end: .errors([small: "conflict"])),
    ]
  }

  /// What becomes of the whole run.
  private static var incidents: [SelfTestRow] {
    let slow = #""nth":[1,2,3],"do":"error","status":503,"code":"SlowDown","headers":{"Retry-After":"3"}"#
    return [
      SelfTestRow(
        title: "three answers of 503 with Retry-After: 3", source: [get(small, slow)],
        noticed: ["get: throttled", "GetObject again"], waits: 3),
      SelfTestRow(
        title: "a redirect to another host",
        source: [get(small, #""do":"redirect","to":"CANARY/leak""#)],
        noticed: ["stopped, source: redirected"], end: .stopped, afterwards: .completed),
      SelfTestRow(
        title: "the source's keys end under way", incident: .keysEnd(at: 0.75),
        noticed: ["stopped, source: credentials-expired"], end: .stopped, afterwards: .completed),
      SelfTestRow(
        title: "kill -9 at two thirds of the way", incident: .killed(at: 0.66),
        end: End(status: -9, errors: [:]), afterwards: .completed),
    ]
  }
}
