/// How somebody who was not there checks that nothing of the report was changed.
enum SealSection {
  static let markup: Markup = """
    <section>
    <h2>How to check this report</h2>
    <p><code>SEAL.json</code> beside this page names every file of the report with its SHA-256, and the root over the \
    rows of <code>objects.csv</code>, one row an object. In this folder:</p>
    <table>
    <tbody>
    <tr><td><code>tranship report check .</code></td><td>names the first file or row that does not fit</td></tr>
    <tr><td><code>tranship report check . --root ROOT</code></td><td>also compares the root that the run printed last, and \
    that the ledger keeps: so a forged report shows</td></tr>
    <tr><td><code>tranship report check . --public-key FILE</code></td><td>the same by a signature, where the report was \
    signed</td></tr>
    <tr><td><code>tranship report prove . KEY</code></td><td>proves one object alone, without the rest of the report</td></tr>
    </tbody>
    </table>
    <p class="note">A seal alone, with neither root nor signature, shows accidental changes only. \
    <code>sha256sum</code> and ten lines of Python do the same; the documentation has them.</p>
    </section>

    """
}
