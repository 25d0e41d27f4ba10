/**
 * The style of the page at the gateway's root. The page's content security policy contains its
 * hash.
 */
export const HOME_STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
  --page: light-dark(#f4f6f8, #0f1215); --card: light-dark(#fff, #1b1f24);
  --text: light-dark(#1a1d21, #eef1f4); --soft: light-dark(#515a64, #a5adb6);
  --line: light-dark(#d9dee4, #343b43); --link: light-dark(#1a4fc4, #8fb4ff);
  --good: light-dark(#0b5d33, #7ee2a8); --good-page: light-dark(#e0f4e8, #12351f);
  --bad: light-dark(#9c141c, #ffa9a9); --bad-page: light-dark(#fde8e8, #431a1d);
  --unknown: light-dark(#6b4400, #ffd479); --unknown-page: light-dark(#fff1cf, #3a2c07); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere; }
main { max-width: 64rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; }
h2 { margin: 0 0 .75rem; font-size: 1.125rem; }
p { margin: .25rem 0 0; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; border-radius: 4px; }
ul { list-style: none; margin: 0; padding: 0; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
pre { margin: .75rem 0 0; padding: .75rem; white-space: pre-wrap; border-radius: 8px;
  background: var(--page); border: 1px solid var(--line); }
header { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center;
  justify-content: space-between; }
.soft, footer { color: var(--soft); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
  gap: 1rem; margin-top: 1.5rem; align-items: start; }
.column { display: grid; gap: 1rem; }
section { padding: 1.25rem; border: 1px solid var(--line); border-radius: 12px;
  background: var(--card); min-width: 0; }
li + li { border-top: 1px solid var(--line); margin-top: .75rem; padding-top: .75rem; }
li p, section > p { font-size: .9375rem; }
table { width: 100%; margin-top: .75rem; border-collapse: collapse; font-size: .875rem;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; }
th, td { padding: .25rem .5rem .25rem 0; border-top: 1px solid var(--line); text-align: left;
  vertical-align: top; }
tbody th { font-weight: 400; }
.row { display: flex; gap: .75rem; justify-content: space-between; align-items: baseline; }
.mark { flex: none; padding: .125rem .625rem; border-radius: 99px; font-size: .875rem;
  font-weight: 600; }
.good { color: var(--good); background: var(--good-page); }
.bad { color: var(--bad); background: var(--bad-page); }
.unknown { color: var(--unknown); background: var(--unknown-page); }
footer { margin-top: 1.5rem; font-size: .9375rem; }
`;
