/** The style sheet of the HTML report: readable without scripts, in light and dark, on paper, and in a narrow window. */

export const styleSheet = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2024; --soft: #5b6570; --line: #d5dae0; --panel: #f5f7f9;
  --bad: #b4232a; --bad-paper: #fdecec; --doubt: #8a5a00; --doubt-paper: #fff4dc; --good: #17693a; --good-paper: #e6f5ec;
  --new-paper: #d9f2e3; --gone-paper: #fbdcdc; --moved-paper: #fdeec8; --focus: #0b5fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --ink: #e7eaee; --soft: #a0a9b3; --line: #363d45; --panel: #1d2226;
    --bad: #ff9a96; --bad-paper: #3a1d1e; --doubt: #f2c063; --doubt-paper: #362a12; --good: #7fd6a2; --good-paper: #16301f;
    --new-paper: #173d27; --gone-paper: #4a2123; --moved-paper: #453611; --focus: #7db0ff;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: .75rem 0; max-width: 60rem; text-wrap: balance; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.75rem 0 .25rem; }
p { margin: .5rem 0; max-width: 52rem; }
a { color: inherit; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
code, pre, .bytes, .dump { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; }
code { font-size: .92em; overflow-wrap: anywhere; unicode-bidi: isolate; }
pre { margin: .5rem 0; padding: .6rem .8rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; font-size: .85rem; line-height: 1.45; unicode-bidi: isolate; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem 1rem; }
.soft, small { color: var(--soft); }
.chip { display: inline-block; padding: .1rem .6rem; border-radius: 99px; font-size: .85rem; font-weight: 700; letter-spacing: .02em; }
.chip.break, .chip.undecided { color: var(--bad); background: var(--bad-paper); }
.chip.review { color: var(--doubt); background: var(--doubt-paper); }
.chip.compatible { color: var(--good); background: var(--good-paper); }
header { padding-top: 2rem; }
.sides { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .75rem 0; }
.sides dt { color: var(--soft); }
.sides dd { margin: 0; min-width: 0; }
.contracts { list-style: none; margin: 1.5rem 0; padding: 0; display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); }
.contracts li { padding: .75rem 1rem; border: 1px solid var(--line); border-left: 5px solid var(--soft); border-radius: 6px; background: var(--panel); font-size: .92rem; }
.contracts .break { border-left-color: var(--bad); }
.contracts .review { border-left-color: var(--doubt); }
.contracts .compatible { border-left-color: var(--good); }
.contracts strong { display: block; }
.contracts .word { font-weight: 700; }
.contracts .break .word { color: var(--bad); }
.contracts .review .word { color: var(--doubt); }
.contracts .compatible .word { color: var(--good); }
nav ul { columns: 18rem; padding-left: 1.2rem; font-size: .92rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
.bytes { border-collapse: separate; border-spacing: 2px; width: 100%; min-width: 60rem; table-layout: fixed; font-size: .75rem; line-height: 1.3; }
.bytes caption { text-align: left; font: .85rem/1.6 system-ui, "DejaVu Sans", sans-serif; color: var(--soft); padding-bottom: .35rem; }
.bytes th { font-weight: 400; color: var(--soft); text-align: center; }
.bytes thead tr:first-child th { font-weight: 700; color: var(--ink); font-size: .85rem; }
.bytes .at { width: 3.2rem; }
.bytes tbody th { text-align: right; padding-right: .4rem; }
.bytes col.gap { width: 1.25rem; }
.bytes td.gap { background: none; border: 0; }
.bytes td { height: 2.6rem; padding: .15rem .3rem; vertical-align: middle; text-align: center; border: 1px solid var(--line); border-radius: 4px; background: var(--panel); overflow-wrap: anywhere; overflow: hidden; }
.bytes td code, .bytes td small { font-size: inherit; }
.bytes .added, .key.added { background: var(--new-paper); border-color: var(--good); }
.bytes .removed, .key.removed { background: var(--gone-paper); border-color: var(--bad); }
.bytes .changed, .key.changed { background: var(--moved-paper); border-color: var(--doubt); }
.bytes .hole, .key.hole { background: repeating-linear-gradient(45deg, var(--paper) 0 4px, var(--line) 4px 6px); }
.bytes .beyond { background: none; border-color: transparent; }
.bytes .continued { opacity: .62; }
.bytes .sign { font-weight: 700; }
.bytes .skipped td { height: auto; border-style: dashed; background: none; color: var(--soft); }
.key { display: inline-block; padding: 0 .45rem; margin-left: .35rem; border: 1px solid var(--line); border-radius: 4px; color: var(--ink); }
.finding { margin: 1.25rem 0; padding: .25rem 0 .25rem 1rem; border-left: 4px solid var(--line); }
.finding.break { border-left-color: var(--bad); }
.finding.review { border-left-color: var(--doubt); }
.finding.compatible { border-left-color: var(--good); }
.finding h3 { margin-top: .25rem; }
.answers { margin: .5rem 0; padding-left: 1.2rem; max-width: 52rem; }
.answers li { margin: .2rem 0; }
summary { cursor: pointer; font-weight: 600; margin: .5rem 0; width: max-content; }
.dump { border-collapse: collapse; font-size: .85rem; }
.dump .told:nth-child(9) { background-clip: content-box; }
.dump th { font-weight: 400; color: var(--soft); padding-right: .8rem; text-align: right; }
.dump td { padding: .1rem .3rem; }
.dump td:nth-child(9) { padding-right: 1rem; }
.dump .told { background: var(--moved-paper); font-weight: 700; border-radius: 3px; }
.readings { display: grid; gap: 0 2rem; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); }
.readings h4 { font-size: .9rem; margin: .5rem 0 0; }
.readings ul { margin: .25rem 0 .5rem; padding-left: 1.2rem; font-size: .9rem; }
.quote .added { background: var(--new-paper); display: block; }
.quote .removed { background: var(--gone-paper); display: block; }
.quote .same, .quote .gap { display: block; color: var(--soft); }
footer { margin-top: 3rem; padding-top: 1rem; padding-bottom: 2rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --line: #999; --panel: #fff; --bad: #900; --doubt: #640; --good: #040;
    --bad-paper: #fff; --doubt-paper: #fff; --good-paper: #fff; --new-paper: #e2f3e8; --gone-paper: #f8dddd; --moved-paper: #f8efd4; }
  body { font-size: 10pt; print-color-adjust: exact; }
  header, main, footer { max-width: none; padding: 0; }
  nav, .skip { display: none; }
  .scroll, pre { overflow: visible; }
  pre { white-space: pre-wrap; }
  .bytes { min-width: 0; font-size: 6.5pt; }
  .bytes tr, .finding h3, .contracts li { break-inside: avoid; }
  h2, h3, summary { break-after: avoid; }
}
`;
