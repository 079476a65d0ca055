/// Rows F00 to F11 and their kin: bodies that come from the source.
extension FaultRow {
  static var bodies: [FaultRow] {
    [
      FaultRow(id: "F00"), FaultRow(id: "F00", route: .ossToS3), FaultRow(id: "F00", route: .s3ToFile),
      FaultRow(id: "F00", route: .fileToOSS),
    ]
      + damaged + refused
  }

  private static let broken = ["failed", "mismatched", "unverifiable", "timeout", "source-changed"]

  /// What comes of a body that goes wrong; whatever strikes for ever ends in the error list.
  private static func body(
    _ id: String, _ action: String, _ key: String, _ striking: Striking, _ route: Route = .s3ToOSS,
    always: [String] = broken
  ) -> FaultRow {
    let isLasting = striking == .always
    return FaultRow(
      id: "\(id) \(key) \(striking.rawValue)", route: route,
      source: ["\"op\":\"GetObject\",\"key\":\"\(key)\",\(striking.member),\(action)"],
      statuses: [isLasting ? 1 : 0], ends: isLasting ? [key: always] : [:])
  }

  private static var damaged: [FaultRow] {
    var rows: [FaultRow] = []
    let actions = [
      ("F01 cut", #""do":"cut","then":"close""#), ("F03 reset", #""do":"cut","then":"rst""#),
      ("F03 reset at 0", #""do":"cut","at":0,"then":"rst""#),
      ("F05 short", #""do":"short""#), ("F06 short in chunks", #""do":"short","length":"missing""#),
      ("long", #""do":"long""#), ("long in chunks", #""do":"long","length":"missing""#),
      ("F07 flipped bit", #""do":"flip""#), ("F09 error with 200", #""do":"body","is":"error""#),
      ("F09 page with 200", #""do":"body","is":"html""#), ("empty with 200", #""do":"body","is":"empty""#),
      ("two lengths", #""do":"two-lengths""#), ("endless headers", #""do":"endless-headers""#),
      ("no answer", #""do":"lose""#),
    ]
    for (index, (id, action)) in actions.enumerated() {
      for key in ["a/two", "big"] {
        for striking in Striking.allCases {
          // Every route sees every fault, and not every frequency of it.
          let routes: [Route] = [.s3ToOSS, .ossToS3, .s3ToFile]
          let choice = (index + (key == "big" ? 1 : 0) + (striking == .always ? 2 : 0)) % 3
          if striking == .thrice && index % 3 != 0 { continue }
          rows.append(body(id, action, key, striking, routes[choice]))
        }
      }
    }
    // The object's only digest is over its parts, and cannot be rebuilt while the store seems not to tell them.
    for (what, code) in [("F56 too late", "RequestTimeTooSkewed"), ("F43 denied", "AccessDenied")] {
      rows.append(
        FaultRow(
          id: "F07 flipped bit, and questions about parts \(what)",
          source: [
            #""op":"GetObject","key":"big","nth":1,"do":"flip""#,
            "\"op\":\"HeadObject\",\"key\":\"big\",\"nth\":[2,3,4],\"do\":\"error\",\"status\":403,\"code\":\"\(code)\"",
          ]))
    }
    rows.append(body("F04 stall", #""do":"cut","then":"stall""#, "a/two", .first))
    rows.append(body("F04 stall", #""do":"cut","then":"stall""#, "big", .first, .s3ToFile))
    rows.append(body("F04 stall", #""do":"cut","then":"stall""#, "a/two", .always, .ossToS3))
    rows.append(body("other object", #""do":"other","with":"a%2Ftwin""#, "a/two", .first))
    rows.append(body("other object", #""do":"other","with":"a/twin""#, "a/two", .always, .s3ToFile))
    rows.append(body("slow drip", #""do":"drip","bytes":100,"ms":1"#, "a/two", .always).recovering)
    rows.append(body("late answer", #""do":"delay","ms":200"#, "a/two", .always).recovering)
    rows.append(body("F59 silent close", #""do":"close-idle""#, "a/two", .always).recovering)
    return rows
  }

  /// The same with an end without an error.
  var recovering: FaultRow {
    var row = self
    (row.statuses, row.ends) = ([0], [:])
    return row
  }

  private static var refused: [FaultRow] {
    let slow = #""do":"error","status":503,"code":"SlowDown","headers":{"Retry-After":"1"}"#
    var rows = [
      body("F10 slow down", slow, "a/two", .first), body("F10 slow down", slow, "big", .thrice),
      body("F10 slow down", slow, "a/two", .always, always: ["throttled"]),
      FaultRow(
        id: "F10 slow down 8 times",
        source: [
          #""op":"GetObject","key":"a/two","nth":[1,2,3,4,5,6,7,8],"do":"error","status":503,"code":"SlowDown""#
        ]),
      FaultRow(id: "F11 slow down at every first read", source: ["\"op\":\"GetObject\",\"nth\":1,\(slow)"]),
      FaultRow(
        id: "F11 internal error at every first request", source: [#""nth":1,"do":"error","status":500"#],
        destination: [#""nth":1,"do":"error","status":500"#]),
      FaultRow(
        id: "F11 internal error at every first request", route: .ossToS3,
        source: [#""nth":1,"do":"error","status":500"#], destination: [#""nth":1,"do":"error","status":500"#]),
    ]
    let denied = #""do":"error","status":403,"code":"AccessDenied""#
    rows.append(body("F43 denied", denied, "a/two", .always, always: ["denied"]))
    rows.append(body("F43 denied", denied, "big", .always, .ossToS3, always: ["denied"]))
    rows.append(
      body("F22 skewed once", #""do":"error","status":403,"code":"RequestTimeTooSkewed""#, "a/two", .first))
    rows.append(body("F20 gone", #""do":"change","to":"delete""#, "a/two", .always, always: ["source-gone"]))
    rows.append(
      body("F20 gone", #""do":"change","to":"delete""#, "big", .always, .ossToS3, always: ["source-gone"]))
    rows.append(
      body("F23 archived", #""do":"change","to":"archive""#, "a/two", .always, always: ["archived"]))
    for index in rows.indices where rows[index].id.hasPrefix("F20") || rows[index].id.hasPrefix("F23") {
      // What is gone or archived stays so.
      rows[index].afterwards = 1
    }
    for (id, change) in [("F40 replaced", "replace"), ("F41 grown", "grow")] {
      for key in ["a/two", "big"] {
        var row = body(
          id, #""do":"change","to":"\#(change)""#, key, .first, key == "big" ? .ossToS3 : .s3ToOSS)
        (row.statuses, row.ends) = ([0, 1], [key: ["completed", "source-changed"]])
        rows.append(row)
      }
    }
    return rows
  }
}
