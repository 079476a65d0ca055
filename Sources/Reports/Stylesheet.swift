/// The look of the summary page: system fonts, light and dark, and ink-saving on paper.
enum Stylesheet {
  static let text = """
    :root{color-scheme:light dark;--ink:#1b2430;--dim:#5c6773;--line:#dde3ea;--paper:#fff;--tint:#f5f7fa;\
    --good:#0b6b3a;--goodbg:#e6f4ec;--bad:#a4262c;--badbg:#fbeaea;--open:#8a5a00;--openbg:#fdf3e0}
    @media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--dim:#9aa5b1;--line:#2f3945;--paper:#12171d;--tint:#1a2129;\
    --good:#6fd39b;--goodbg:#12301f;--bad:#ff9a9a;--badbg:#3a1a1c;--open:#f0c36d;--openbg:#33270f}}
    *{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);\
    font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
    main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 4rem}
    header{border-radius:10px;padding:1.5rem 1.75rem;border-left:6px solid}
    header.good{background:var(--goodbg);border-color:var(--good)}header.bad{background:var(--badbg);border-color:var(--bad)}
    header.open{background:var(--openbg);border-color:var(--open)}
    header .word{margin:0;font-weight:700;letter-spacing:.06em;text-transform:uppercase;font-size:.8rem}
    .good .word,span.good{color:var(--good)}.bad .word,span.bad{color:var(--bad)}.open .word{color:var(--open)}
    h1{font-size:1.45rem;line-height:1.3;margin:.3rem 0 .8rem;font-weight:650}
    .road{margin:0;color:var(--dim)}code{font:.92em ui-monospace,"SF Mono",Consolas,monospace;overflow-wrap:anywhere}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.25rem 0}
    .tiles div{background:var(--tint);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem}
    .tiles b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}.tiles span{color:var(--dim);font-size:.85rem}
    section{margin-top:2rem}h2{font-size:1.1rem;margin:0 0 .6rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
    h3{font-size:1rem;margin:1.2rem 0 .2rem}h3 .n{color:var(--bad);font-weight:600;margin-left:.4rem}
    .sum{font-size:1.05rem;font-variant-numeric:tabular-nums}.sum span{margin-left:.6rem;font-weight:600}
    table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.4rem .7rem .4rem 0;\
    border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--dim);font-weight:600}
    .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}th.n,td.n{padding-right:1.2rem}
    .key{font:.88em ui-monospace,"SF Mono",Consolas,monospace;overflow-wrap:anywhere}
    .more,footer{color:var(--dim)}footer{margin-top:3rem;font-size:.85rem;border-top:1px solid var(--line)}
    @media print{main{padding:0;max-width:none}header,section{break-inside:avoid}body{font-size:11px}}
    """
}
