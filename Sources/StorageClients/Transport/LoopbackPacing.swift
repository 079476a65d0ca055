import Glibc
import NIOCore

extension Channel {
  /// Takes the pacing from what is sent to a peer on this machine.
  ///
  /// Where the system's congestion control paces, as BBR does, it does so on loopback, too: timers of the kernel space
  /// out what nothing can congest, for a seventh of the processor time of large bodies (`benchmarks/README.md`).
  /// Connections to other machines are left as the system has them.
  func sendWithoutPacingOnLoopback() {
    guard let peer = remoteAddress, peer.isLoopback else { return }
    // Every Linux has it and lets everybody choose it; where that is not so, nothing changes.
    let reno = (UInt8(ascii: "r"), UInt8(ascii: "e"), UInt8(ascii: "n"), UInt8(ascii: "o"))
    _ = (self as? any SocketOptionProvider)?
      .unsafeSetSocketOption(level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_CONGESTION), value: reno)
  }
}

extension SocketAddress {
  /// Whether what is sent there stays on this machine; false of everything that has no address of IP.
  var isLoopback: Bool { ipAddress.flatMap(IPAddress.init)?.isLoopback == true }
}
