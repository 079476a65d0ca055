/// Rows F34 to F39, F42 and their kin: what the destination does with what it gets, and answers of either side.
extension FaultRow {
  private static let broken = ["failed", "mismatched", "unverifiable", "timeout", "conflict"]

  private static func put(
    _ id: String, _ operation: String, _ key: String, _ action: String, _ striking: Striking,
    _ route: Route = .s3ToOSS, lies: Bool = false, ends: [String] = broken
  ) -> FaultRow {
    let isLasting = striking == .always
    var row = FaultRow(
      id: "\(id) \(operation) \(key) \(striking.rawValue)", route: route,
      destination: ["\"op\":\"\(operation)\",\"key\":\"\(key)\",\(striking.member),\(action)"],
      statuses: [isLasting ? 1 : 0], ends: isLasting ? [key: ends] : [:])
    if lies { row.lies = [key] }
    return row
  }

  static var writing: [FaultRow] {
    var rows: [FaultRow] = []
    let storing = [
      ("F34 stored short", #""do":"store-short""#), ("F35 stored flipped", #""do":"store-flip""#),
    ]
    for (id, action) in storing {
      for route in [Route.s3ToOSS, .ossToS3] {
        for striking in [Striking.first, .always] {
          var row = put(id, "PutObject", "a/two", action, striking, route, lies: true)
          // A store that checks nothing tells no digest that could be compared either.
          if route == .ossToS3 { (row.statuses, row.ends) = ([0, 1], ["a/two": broken + ["completed"]]) }
          rows.append(row)
        }
      }
      rows.append(put("F39 " + id, "UploadPart", "big", action, .first, lies: true))
      rows.append(put("F39 " + id, "UploadPart", "big", action, .always, lies: true))
    }
    let calls = [
      ("PutObject", "a/two"), ("CreateMultipartUpload", "big"), ("UploadPart", "big"),
      ("CompleteMultipartUpload", "big"),
    ]
    for (operation, key) in calls {
      rows.append(put("F36 answer lost", operation, key, #""do":"lose""#, .first, .fileToOSS))
      rows.append(put("F36 answer lost", operation, key, #""do":"lose""#, .thrice, .ossToS3))
      rows.append(put("internal error", operation, key, #""do":"error","status":500"#, .always, .fileToOSS))
      rows.append(put("F36 answer lost", operation, key, #""do":"lose""#, .first))
      rows.append(put("internal error", operation, key, #""do":"error","status":500"#, .thrice))
      rows.append(put("internal error", operation, key, #""do":"error","status":500"#, .always))
      rows.append(put("stalled answer", operation, key, #""do":"lose","then":"stall""#, .first))
    }
    for change in ["replace", "delete"] {
      rows.append(
        FaultRow(
          id: "F36 answer lost, and the source is another meanwhile: \(change)",
          source: ["\"op\":\"GetObject\",\"key\":\"a/two\",\"nth\":2,\"do\":\"change\",\"to\":\"\(change)\""],
          destination: [#""op":"PutObject","key":"a/two","nth":1,"do":"lose""#]))
    }
    for striking in [Striking.first, .always] {
      for document in ["error", "empty", "html"] {
        var row = put(
          "F37 \(document) with 200", "CompleteMultipartUpload", "big",
          "\"do\":\"body\",\"is\":\"\(document)\"", striking)
        // The object may be there all the same: whoever looks finds it whole.
        if striking == .always { (row.statuses, row.ends) = ([0, 1], ["big": broken + ["completed"]]) }
        rows.append(row)
      }
    }
    return rows + answers + others + elsewhere + described + planted + there
  }

  private static var answers: [FaultRow] {
    var rows: [FaultRow] = []
    // The source says something untrue of what it has, and the bytes are right.
    for (id, action, ends) in [
      (
        "other ETag", #""do":"headers","alter":"ETag""#,
        ["completed", "source-changed", "mismatched", "unverifiable", "failed"]
      ),
      (
        "no ETag", #""do":"headers","remove":"ETag""#,
        ["completed", "source-changed", "mismatched", "unverifiable", "failed"]
      ),
      ("ignored range", #""do":"ignore-range""#, ["completed", "failed", "mismatched"]),
      (
        "other range", #""do":"headers","set":{"Content-Range":"bytes 7-8/9"}"#,
        ["completed", "failed", "mismatched"]
      ),
      ("no range", #""do":"headers","remove":"Content-Range""#, ["completed", "failed", "mismatched"]),
      (
        "other CRC", #""do":"headers","set":{"x-amz-checksum-crc64nvme":"AAAAAAAAAAA="}"#,
        ["completed", "failed", "mismatched", "unverifiable"]
      ),
    ] {
      for key in ["a/two", "big"] {
        rows.append(
          FaultRow(
            id: "\(id) \(key)", source: ["\"op\":\"GetObject\",\"key\":\"\(key)\",\(action)"],
            statuses: [0, 1],
            ends: [key: ends]))
      }
    }
    for (id, action) in [
      ("other CRC", #""do":"headers","alter":"x-oss-hash-crc64ecma""#),
      ("other ETag", #""do":"headers","alter":"ETag""#),
      ("no CRC", #""do":"headers","remove":"x-oss-hash-crc64ecma""#),
      ("no ETag", #""do":"headers","remove":"ETag""#),
    ] {
      for (operation, key) in [
        ("PutObject", "a/two"), ("UploadPart", "big"), ("CompleteMultipartUpload", "big"),
      ] {
        var row = put(id, operation, key, action, .always)
        (row.statuses, row.ends) = ([0, 1], [key: broken + ["completed"]])
        rows.append(row)
      }
    }
    return rows
  }

  private static var others: [FaultRow] {
    var rows = [
      FaultRow(
        id: "F56 clocks 20 minutes apart", source: [#""do":"clock","ahead":1200"#],
        destination: [#""do":"clock","ahead":-1200"#]),
      FaultRow(
        id: "F56 clocks 20 minutes apart", route: .ossToS3, source: [#""do":"clock","ahead":1200"#],
        destination: [#""do":"clock","ahead":-1200"#]),
      FaultRow(
        id: "F58 drip and delay", source: [#""rate":0.5,"do":"drip","bytes":500,"ms":1"#],
        destination: [#""rate":0.5,"do":"delay","ms":20"#]),
      FaultRow(
        id: "F59 every connection ends", source: [#""do":"close-idle""#], destination: [#""do":"close-idle""#]
      ),
      FaultRow(
        id: "F63 requester pays",
        source: [#""op":"ListObjectsV2","do":"error","status":403,"code":"AccessDenied""#], statuses: [2],
        othersComplete: false),
      FaultRow(
        id: "F78 every request fails", source: [#""do":"error","status":500"#],
        destination: [#""do":"error","status":500"#], statuses: [2], othersComplete: false,
        mayMiss: true),
    ]
    rows += [
      FaultRow(
        id: "F57 half of all requests are too many",
        source: [#""rate":0.5,"do":"error","status":503,"code":"SlowDown","headers":{"Retry-After":"3"}"#],
        destination: [
          #""rate":0.5,"do":"error","status":503,"code":"SlowDown","headers":{"Retry-After":"3"}"#
        ],
        statuses: [0, 1, 2], othersComplete: false),
      FaultRow(
        id: "F62 archived in an unknown class",
        source: [#""op":"GetObject","key":"a/two","do":"error","status":403,"code":"InvalidObjectState""#],
        statuses: [1], ends: ["a/two": ["archived"]]),
      FaultRow(
        id: "F65 another CRC of the whole with every range", route: .ossToS3,
        source: [#""op":"GetObject","key":"big","do":"headers","alter":"x-oss-hash-crc64ecma""#],
        statuses: [0, 1],
        ends: ["big": ["completed", "mismatched", "failed", "unverifiable", "source-changed"]]),
    ]
    return rows
  }
}
