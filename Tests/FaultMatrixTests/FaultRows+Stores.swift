/// Rows F42, F55, F61, F64, F66, F71, F76, F77 and F79: stores that are elsewhere, keep other things, or have something in the way.
extension FaultRow {
  /// Whoever is sent to another host says where the store wants to be asked, and goes nowhere.
  static var elsewhere: [FaultRow] {
    var rows: [FaultRow] = []
    for key in ["a/two", "big"] {
      rows.append(
        FaultRow(
          id: "F42 redirect \(key)",
          source: ["\"op\":\"GetObject\",\"key\":\"\(key)\",\"do\":\"redirect\",\"to\":\"CANARY/leak\""],
          statuses: [2], othersComplete: false))
      rows.append(
        FaultRow(
          id: "F42 redirect of what is written \(key)",
          destination: ["\"key\":\"\(key)\",\"do\":\"redirect\",\"to\":\"CANARY/leak\""],
          statuses: [2], othersComplete: false))
    }
    rows.append(
      FaultRow(
        id: "F42 redirect of the listing",
        source: [#""op":"ListObjectsV2","do":"redirect","to":"CANARY/leak""#], statuses: [2],
        othersComplete: false))
    let moved =
      #""do":"error","status":301,"code":"PermanentRedirect","elements":{"Bucket":"from","Endpoint":"CANARY"}"#
    let region =
      #""do":"error","status":400,"code":"AuthorizationHeaderMalformed","elements":{"Region":"eu-west-7"}"#
    let denied =
      #""do":"error","status":403,"code":"AccessDenied","elements":{"Endpoint":"oss-cn-beijing.example"}"#
    for operation in ["ListObjectsV2", "GetObject"] {
      rows += [
        FaultRow(
          id: "F61 permanent redirect \(operation)", source: ["\"op\":\"\(operation)\",\(moved)"],
          statuses: [2],
          othersComplete: false, says: ["names the endpoint http://127.0.0.2"]),
        FaultRow(
          id: "F61 other region \(operation)", source: ["\"op\":\"\(operation)\",\(region)"], statuses: [2],
          othersComplete: false, says: ["names the region eu-west-7"]),
        FaultRow(
          id: "F61 other endpoint \(operation)", route: .ossToS3,
          source: ["\"op\":\"\(operation)\",\(denied)"],
          statuses: [2], othersComplete: false, says: ["names the endpoint oss-cn-beijing.example"]),
      ]
    }
    rows.append(
      FaultRow(
        id: "F61 other endpoint PutObject", destination: ["\"op\":\"PutObject\",\(denied)"], statuses: [2],
        othersComplete: false, says: ["names the endpoint oss-cn-beijing.example"]))
    for count in [1, 3, 5, 8, 12] {
      rows.append(
        FaultRow(
          id: "F55 keys end after \(count) requests, and there are others", keysEnd: count, renews: true))
    }
    return rows
  }

  static var described: [FaultRow] {
    let tooMuch = ["not-carriable"]
    return [
      FaultRow(id: "F64 ETags that are no MD5", route: .ossToS3, encryption: "aws:kms"),
      FaultRow(
        id: "F64 stored flipped under ETags that are no MD5", route: .ossToS3,
        destination: [#""op":["PutObject","UploadPart"],"from":1,"do":"store-flip""#], statuses: [1],
        othersComplete: false, liesOfAll: true, encryption: "aws:kms"),
      FaultRow(id: "F64 a source whose ETags are no MD5", content: .encrypted),
      FaultRow(id: "F64 a source whose ETags are no MD5", route: .s3ToFile, content: .encrypted),
      FaultRow(
        id: "F64 cut, of a source whose ETags are no MD5", content: .encrypted,
        source: [#""op":"GetObject","key":"a/two","do":"short""#], statuses: [1],
        ends: ["a/two": ["failed", "mismatched"]]),
      FaultRow(
        id: "F64 replaced, of a source whose ETags are no MD5", content: .encrypted,
        source: [#""op":"GetObject","key":"big","nth":1,"do":"change","to":"replace""#], statuses: [0, 1],
        ends: ["big": ["completed", "source-changed"]]),
      FaultRow(
        id: "F66 metadata", content: .metadata, statuses: [1],
        ends: ["meta/8193": tooMuch, "meta/under_score": tooMuch], afterwards: 1),
      FaultRow(
        id: "F66 metadata", route: .ossToS3, content: .metadata, statuses: [1],
        ends: ["meta/8193": tooMuch, "meta/2049": tooMuch], afterwards: 1),
    ]
  }

  /// F76, F77 and F79: what is there is found there, late or at once, and sent once.
  static var there: [FaultRow] {
    var rows: [FaultRow] = []
    for route in [Route.s3ToOSS, .ossToS3] {
      rows += [
        FaultRow(
          id: "F76 stored, the answer lost, and not to be seen for a while", route: route,
          destination: [
            #""op":"PutObject","key":"a/two","nth":1,"do":"lose""#,
            #""op":"CompleteMultipartUpload","key":"big","nth":1,"do":"lose""#,
            #""op":"HeadObject","nth":[1,2,3],"do":"error","status":404,"code":"NoSuchKey""#,
          ]),
        FaultRow(
          id: "F77 the destination has some of it", route: route, statuses: [1],
          ends: ["a/two": ["conflict"], "c/last": ["conflict"], "big": ["conflict"]],
          lies: ["a/two", "c/last", "big"],
          afterwards: 1, isOccupied: true),
        FaultRow(
          id: "F79 every first answer of the destination is lost", route: route,
          destination: [#""nth":1,"do":"lose""#]),
        FaultRow(
          id: "F79 every first answer of either side is lost after the deed, and the next is late",
          route: route,
          source: [#""nth":1,"do":"lose","then":"close""#],
          destination: [#""nth":1,"do":"lose","then":"close""#, #""nth":2,"do":"delay","ms":100"#]),
      ]
    }
    rows.append(
      FaultRow(
        id: "F77 the destination has some of it", route: .s3ToFile, statuses: [1],
        ends: ["a/two": ["conflict"], "c/last": ["conflict"], "big": ["conflict"]],
        lies: ["a/two", "c/last", "big"],
        afterwards: 1, isOccupied: true))
    return rows
  }

  /// What another has put there is never followed, written through, replaced or waited for.
  static var planted: [FaultRow] {
    let refused = ["unsafe-name", "conflict"]
    return [
      FaultRow(
        id: "F71 links and a pipe at the destination", route: .s3ToFile, statuses: [1],
        ends: [
          "a/one": refused, "a/two": refused, "a/twin": refused, "c/last": refused, "b/mid": refused,
          "big": refused,
        ], lies: ["big"], afterwards: 1,
        planted: [
          Planted(kind: .linkToFolder, path: "a"), Planted(kind: .linkToFile, path: "c/last"),
          Planted(kind: .pipe, path: "b/mid"), Planted(kind: .hardLink, path: "big"),
        ])
    ]
  }
}
