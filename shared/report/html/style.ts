import { palette } from "../../chart/palette.ts";

const variables = (scheme: Readonly<Record<string, string>>) =>
  Object.entries(scheme)
    .map(([name, value]) => `${name}:${value};`)
    .join("");

const light = `${variables(palette.light)}--page:#f4f6f8;--text:#1b2430;--dim:#5b6675;`;
const dark = `${variables(palette.dark)}--page:#0f141a;--text:#d6dce4;--dim:#929dac;`;

/** Of a report: nothing is loaded, so fonts are those of the system. Paper is always light. */
export const style = `
:root{color-scheme:light dark;${light}}
@media screen and (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:1180px;margin:0 auto;padding:24px 20px 48px}
h1{font-size:24px;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:16px;margin:0 0 10px}
header p{margin:6px 0}
section,header,.cards,.charts{margin-bottom:16px}
section,header,figure,.card{background:var(--surface);border:1px solid var(--grid);border-radius:6px;padding:14px 16px}
.dim{color:var(--dim)}
.badge{display:inline-block;padding:1px 8px;border-radius:4px;font-size:12px;font-weight:600;background:var(--surface-raised);border:1px solid var(--grid)}
.badge.good{color:var(--c-green)}.badge.warn{color:var(--c-amber)}.badge.bad{color:var(--c-red)}
.badge.good,.badge.warn,.badge.bad{border-color:currentColor}
.verdict{font-size:15px;font-weight:600}
.verdict.bad{color:var(--c-red)}.verdict.warn{color:var(--c-amber)}.verdict.good{color:var(--c-green)}
.facts{display:flex;flex-wrap:wrap;gap:6px 28px;margin:12px 0 0}
dt{color:var(--dim);font-size:12px}dd{margin:0}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px}
.card{display:flex;flex-direction:column;font-size:12px}.card b{font-size:21px;font-weight:600}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:16px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));gap:0 16px}
figure{margin:0;min-width:0;break-inside:avoid}
figcaption{display:flex;flex-wrap:wrap;gap:2px 8px;align-items:baseline;margin-bottom:6px}
.legend{margin-left:auto;display:flex;flex-wrap:wrap;gap:2px 12px;font-size:12px;color:var(--dim)}
.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:5px}
svg{display:block;width:100%;height:auto}
svg text{font-size:11px;fill:var(--axis)}
svg .grid line{stroke:var(--grid)}
svg .line{fill:none;stroke-width:1.5;stroke-linejoin:round}
svg .zones rect{fill:var(--axis);fill-opacity:0}svg .zones rect:hover{fill-opacity:.12}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px}
table+table,.scroll+.scroll{margin-top:14px}
th{font-weight:600;color:var(--dim);font-size:12px;white-space:nowrap;text-align:left;vertical-align:bottom}
th[title]:not([title=""]){text-decoration:underline dotted;text-underline-offset:3px}
th,td{padding:4px 12px 4px 0;border-bottom:1px solid var(--grid)}
tr:last-child td{border-bottom:0}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.text{overflow-wrap:anywhere;min-width:110px}td.text:has(code){min-width:260px}td.text:has(.badge){white-space:nowrap;min-width:0}
code{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.ledger{margin:0 0 6px;font-variant-numeric:tabular-nums}
.read dt{color:var(--text);font-weight:600;font-size:14px;margin-top:8px}
@media print{main{max-width:none;padding:0}body{font-size:11px;background:#fff}.charts{grid-template-columns:1fr 1fr}section{break-inside:auto}tr,figure,.card{break-inside:avoid}h2{break-after:avoid}}
`;
