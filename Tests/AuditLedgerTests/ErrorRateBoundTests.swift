import AuditLedger
import Testing

@Suite("the bound on the share of wrong objects")
struct ErrorRateBoundTests {
  @Test(
    "it is that of Clopper and Pearson, from one object to many millions",
    arguments: [
      // scipy 1.17.1: stats.beta.ppf(0.95, wrong + 1, sampled - wrong)
      (1, 0, 0.95), (2, 1, 0.9746794344808963), (3, 2, 0.9830475724915585),
      (59, 0, 0.04950760988822693), (100, 0, 0.029513049607039925), (100, 1, 0.046559811453538935),
      (100, 5, 0.1022533776432745), (100, 99, 0.9994871985837377), (1000, 500, 0.5264822687643087),
      (1000, 999, 0.999948708021091), (200_000, 3, 3.8767821914078806e-05),
      (1_000_000, 500_000, 0.5008229260505229), (1_000_000, 999_999, 0.9999999487067069),
      (2_000_000, 1, 2.371930039136541e-06), (50_000_000, 20_000_000, 0.40011397307458624),
    ] as [(Int64, Int64, Double)])
  func bound(_ sampled: Int64, _ wrong: Int64, _ upper: Double) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let found = try #require(ErrorRateBound.upper(sampled: sampled, wrong: wrong))
    #expect(abs(found - upper) <= 1e-8 * upper)
    // A sum over the wrong ones would take minutes.
    #expect(clock.now - start < .seconds(5))
  }

  @Test("another confidence gives another bound")
  func confidence() throws {
    for (sampled, wrong, upper) in [(100, 5, 0.12585173069767863), (1_000_000, 500_000, 0.501163672070515)] {
      let found = try #require(
        ErrorRateBound.upper(sampled: Int64(sampled), wrong: Int64(wrong), confidence: 0.99))
      #expect(abs(found - upper) <= 1e-8 * upper)
    }
  }

  @Test("the edges: nothing sampled, everything wrong, numbers of no sense")
  func edges() {
    #expect(ErrorRateBound.upper(sampled: 0, wrong: 0) == nil)
    #expect(ErrorRateBound.upper(sampled: 3, wrong: 3) == 1)
    #expect(ErrorRateBound.upper(sampled: 3, wrong: 4) == nil)
    #expect(ErrorRateBound.upper(sampled: 3, wrong: -1) == nil)
  }
}
