import ObjectStorage
import Testing

@testable import StorageClients

@Suite struct ProxyRulesTests {
  static func origin(_ text: String) throws -> HTTPOrigin {
    try HTTPOrigin(endpoint: text, allowingPlainHTTP: true)
  }

  /// The table of Go's `golang.org/x/net/http/httpproxy` tests, without names that are not ASCII.
  @Test(
    "NO_PROXY is read as Go reads it",
    arguments: [
      ("localhost", "", false), ("127.0.0.1", "", false), ("127.0.0.2", "", false), ("[::1]", "", false),
      ("[::2]", "foobar.com, .barbaz.net, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30", true),
      ("192.168.1.1", "192.168.1.1", false), ("192.168.1.2", "192.168.1.2:81", true),
      ("192.168.1.3", "192.168.1.3:80", false), ("10.0.0.2", "10.0.0.0/30", false),
      ("10.0.0.4", "10.0.0.0/30", true), ("[2001:db8::52:0:1]", "2001:db8::52:0:1", false),
      ("[2001:db8::52:0:3]", "[2001:db8::52:0:3]:80", false),
      ("[2002:db8:a::123]", "2002:db8:a::45/64", false),
      ("[fe80::424b:c8be:1643:a1b6]", "2002:db8:a::45/64", true), ("barbaz.net", ".barbaz.net", true),
      ("www.barbaz.net", ".barbaz.net", false), ("foobar.com", "foobar.com", false),
      ("www.foobar.com", "foobar.com", false), ("foofoobar.com", "foobar.com", true),
      ("baz.com", "baz.com:443", true), ("baz.com", "baz.com:80", false), ("a.b.com", "*.b.com", false),
      ("b.com", "*.b.com", true), ("anything.example", "*", false), ("anything.example", "a, * ,b", false),
      ("localhost.net", "", true), ("local.localhost", "", true), ("barbarbaz.net", ".barbaz.net", true),
      ("FOO.example", " foo.example ", false), ("prepbarbaz.net", "barbaz.net,:80,,", true),
    ])
  func exceptions(host: String, list: String, isProxied: Bool) throws {
    let rules = try ProxyRules(environment: ["HTTP_PROXY": "http://proxy:1", "NO_PROXY": list])
    #expect((rules.proxy(for: try Self.origin("http://\(host)")) != nil) == isProxied)
  }

  @Test(
    "each scheme has its own proxy, and the upper-case name wins",
    arguments: [
      (["HTTPS_PROXY": "http://up:1", "https_proxy": "http://low:2"], "https://a.example", "http://up:1"),
      (["https_proxy": "low:2"], "https://a.example", "http://low:2"),
      (["HTTPS_PROXY": "up:1"], "http://a.example", nil), (["HTTP_PROXY": "up:1"], "https://a.example", nil),
      (["http_proxy": "http://low/"], "http://a.example", "http://low"),
      // A client of a CGI program sets HTTP_PROXY by a header.
      (["HTTP_PROXY": "up:1", "REQUEST_METHOD": "GET"], "http://a.example", nil),
      (["HTTPS_PROXY": "", "https_proxy": "low:2"], "https://a.example", "http://low:2"),
      ([:], "https://a.example", nil),
    ] as [([String: String], String, String?)])
  func schemes(environment: [String: String], origin: String, proxy: String?) throws {
    let rules = try ProxyRules(environment: environment)
    #expect(rules.proxy(for: try Self.origin(origin))?.origin.url == proxy)
  }

  @Test(
    "user and password become the value of a header and are shown nowhere",
    arguments: [
      ("http://user:secret@proxy:3128", "Basic dXNlcjpzZWNyZXQ="),
      // The example of RFC 7617, section 2.
      ("http://Aladdin:open%20sesame@proxy:3128", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
      ("user:secret@proxy:3128/", "Basic dXNlcjpzZWNyZXQ="),
      ("http://user:se@c%2fret@proxy:3128", "Basic dXNlcjpzZUBjL3JldA=="),
      ("http://user@proxy:3128", "Basic dXNlcjo="),
    ])
  func authorization(text: String, value: String) throws {
    let proxy = try ProxyServer(text, from: "HTTPS_PROXY")
    #expect(proxy.authorization == value)
    #expect("\(proxy)" == "http://proxy:3128")
    var dumped = ""
    dump(proxy, to: &dumped)
    #expect(!dumped.contains("secret") && !dumped.contains("Basic"))
  }

  @Test(
    "what is not understood is an error that names the variable and no password",
    arguments: [
      "https://user:secret@proxy:1", "socks5://user:secret@proxy:1", "http://user:secret@proxy:port",
      "http://user:secret@proxy:1/path", "http://user:secret@", "http://us%zzer:secret@proxy:1",
    ])
  func malformed(text: String) throws {
    let error = try #require(throws: StorageError.self) { try ProxyRules(environment: ["https_proxy": text]) }
    #expect(error.code == .invalidRequest)
    #expect(error.message.contains("https_proxy"))
    #expect(!"\(error)".contains("secret"))
  }
}
