import Checksums

/// A key inside a continuation token; the first byte tells a token from other Base64.
func encodeToken(_ key: [UInt8]) -> String { encodeBase64([0x0a] + key) }

func readToken(_ text: String) -> [UInt8]? { decodeBase64(text) }
