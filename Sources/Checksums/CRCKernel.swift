import CChecksums

/// A way to compute the CRCs.
public enum CRCKernel: Int32, CaseIterable, Sendable {
  /// Tables, sixteen bytes a step.
  case portable
  /// Multiplication without carries, 128 bits at a time.
  case pclmul
  /// The same, 256 bits at a time.
  case vpclmul

  /// Whether this machine can run it.
  public var isSupported: Bool { cchecksums_crc_supports(rawValue) != 0 }

  /// The fastest that the machine has, or what the environment's `TRANSHIP_CRC_KERNEL` names.
  public static var active: CRCKernel { CRCKernel(rawValue: cchecksums_crc_kernel()) ?? .portable }
}
