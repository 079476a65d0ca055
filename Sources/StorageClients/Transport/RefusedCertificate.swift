import Glibc
import NIOSSL
import ObjectStorage

/// A handshake that failed, with the certificate that the peer had shown by then.
struct RefusedHandshake: Error {
  var cause: any Error
  /// Nil where the peer showed none.
  var certificate: NIOSSLCertificate?
}

/// What is wrong with a certificate that was refused, and what a user does about it.
///
/// Decides nothing: the certificate was refused before, whatever is found here.
enum RefusedCertificate {
  /// `seconds` is the machine's time, which the certificate was held against.
  static func explanation(_ certificate: NIOSSLCertificate?, at seconds: Int = time(nil)) -> String {
    guard let certificate else { return "it shows no certificate; correct the endpoint" }
    if certificate.notValidAfter < seconds {
      return
        "its certificate ended at \(shown(certificate.notValidAfter)); it has to be renewed there, or this "
        + "machine's clock is wrong"
    }
    if certificate.notValidBefore > seconds {
      return
        "its certificate begins at \(shown(certificate.notValidBefore)) only; this machine's clock may be wrong"
    }
    return isByItself(certificate)
      ? "its certificate is signed by itself and by no authority; if it is the store's own, give it with --ca-file"
      : "its certificate is by an authority that this machine does not trust; give the authority's certificate with "
        + "--ca-file, or correct the endpoint"
  }

  /// What a certificate for another host is for; a few of its names, as text from outside.
  static func otherHost(_ certificate: NIOSSLCertificate?) -> String {
    let names = certificate.map { certificate in
      certificate._subjectAlternativeNames().prefix(5).filter { $0.nameType == .dnsName }
        .map { shownSafely(String(decoding: $0.contents, as: UTF8.self)) }
    }
    guard let names, !names.isEmpty else {
      return "its certificate is not for this host; correct the endpoint"
    }
    return
      "its certificate is not for this host but for \(names.joined(separator: ", ")); correct the endpoint"
  }

  private static func shown(_ seconds: Int) -> String {
    let (milliseconds, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1000)
    return overflow ? "an impossible time" : Timestamp(millisecondsSinceEpoch: milliseconds).iso8601
  }

  private static func isByItself(_ certificate: NIOSSLCertificate) -> Bool {
    guard let bytes = try? certificate.toDERBytes(), let names = CertificateNames(der: bytes) else {
      return false
    }
    return names.issuer == names.subject
  }
}

/// The names of a certificate, as bytes: who signed it and whom it is for.
struct CertificateNames {
  let issuer: [UInt8]
  let subject: [UInt8]

  /// Nil for what is no certificate of X.509.
  init?(der bytes: [UInt8]) {
    guard let certificate = Self.value(at: bytes.startIndex, of: bytes[...]),
      let body = Self.value(at: certificate.value.startIndex, of: certificate.value)
    else { return nil }
    var (fields, place): ([ArraySlice<UInt8>], Int) = ([], body.value.startIndex)
    while place < body.value.endIndex, fields.count < 7 {
      guard let field = Self.value(at: place, of: body.value) else { return nil }
      // The version is there for all certificates but the oldest.
      if field.tag != 0xA0 { fields.append(field.value) }
      place = field.value.endIndex
    }
    // Serial number, algorithm, issuer, validity, subject.
    guard fields.count >= 5 else { return nil }
    (issuer, subject) = (Array(fields[2]), Array(fields[4]))
  }

  /// The value that begins at a place, by its tag and length; nil where it does not end inside the bytes.
  private static func value(at place: Int, of bytes: ArraySlice<UInt8>) -> (
    tag: UInt8, value: ArraySlice<UInt8>
  )? {
    guard bytes.endIndex - place >= 2 else { return nil }
    let first = bytes[place + 1]
    var (start, length) = (place + 2, Int(first))
    if first >= 0x80 {
      let count = Int(first & 0x7F)
      guard (1...4).contains(count), bytes.endIndex - start >= count else { return nil }
      length = bytes[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
      start += count
    }
    guard bytes.endIndex - start >= length else { return nil }
    return (bytes[place], bytes[start..<start + length])
  }
}
