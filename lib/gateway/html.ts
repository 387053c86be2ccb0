import { createHash } from "node:crypto";

/** What the page a person meets at a priced URL says; plain text, nothing escaped yet. */
export interface ChallengePage {
  title: string;
  description: string;
  seller: string;
  /** The price as people read it, such as `$0.01`. */
  priceText: string;
  networkName: string;
  /** Whether it is paid in test money, which the page then says. */
  isTest: boolean;
  /** Where the call can be paid for in a browser. */
  payUrl: string;
  gatewayUrl: string;
}

/** The tokens of app/globals.css that this page needs: it is served alone, also where that file is not. */
const STYLE = `
:root{color-scheme:light dark;
--bg:light-dark(oklch(0.985 0.003 90),oklch(0.16 0.008 260));
--surface:light-dark(oklch(1 0 0),oklch(0.195 0.009 260));
--sunken:light-dark(oklch(0.962 0.004 90),oklch(0.135 0.008 260));
--line:light-dark(oklch(0.915 0.005 90),oklch(0.27 0.01 260));
--text:light-dark(oklch(0.22 0.012 260),oklch(0.95 0.005 90));
--muted:light-dark(oklch(0.5 0.012 260),oklch(0.71 0.012 260));
--accent:light-dark(oklch(0.52 0.12 160),oklch(0.78 0.14 160));
--hover:light-dark(oklch(0.47 0.11 160),oklch(0.83 0.13 160));
--ink:light-dark(oklch(0.99 0.01 160),oklch(0.2 0.04 160));
--test:light-dark(oklch(0.52 0.115 70),oklch(0.82 0.14 78));
--focus:light-dark(oklch(0.55 0.15 255),oklch(0.76 0.12 250))}
*{box-sizing:border-box;margin:0}
body{min-height:100svh;display:grid;place-items:center;padding:32px 16px;background:var(--bg);color:var(--text);
font:14px/1.5 Geist,ui-sans-serif,system-ui,sans-serif;-webkit-text-size-adjust:100%}
main{width:100%;max-width:440px;min-width:0}
.card{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:24px}
p,h1,li{overflow-wrap:anywhere}
.seller,.on,footer{color:var(--muted)}
.seller{font-size:13px}
.test{color:var(--test);font-weight:600}
h1{font-size:16px;font-weight:600;line-height:1.35;margin-top:4px;text-wrap:balance}
.what{margin-top:8px;color:var(--muted);white-space:pre-line}
.price{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 8px;margin-top:24px;padding-top:20px;border-top:1px solid var(--line)}
.price b{font-size:28px;font-weight:600;line-height:1.2;letter-spacing:-.02em;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.pay{display:block;margin-top:16px;padding:12px 16px;border-radius:6px;background:var(--accent);color:var(--ink);
font-weight:600;line-height:20px;text-align:center;text-decoration:none;overflow-wrap:anywhere}
.pay:hover{background:var(--hover)}
a:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:6px}
footer{padding:20px 25px 0;font-size:13px}
h2{font-size:13px;font-weight:600;color:var(--text)}
ol{margin-top:4px;padding-left:18px}
code{font:12px/1.5 "Geist Mono",ui-monospace,monospace;color:var(--text);overflow-wrap:anywhere}
footer a{color:var(--accent);text-underline-offset:2px}
@media(max-width:480px){body{align-items:start}.card{padding:20px}footer{padding:20px 21px 0}}
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** The `Content-Security-Policy` the page is served with: its own style, one link to follow, nothing else. */
export const CHALLENGE_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Every value comes from a merchant or a caller; in text and quoted attributes these five characters are the way out. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** Draws the 402 for people: one HTML document without script, under 8 kB for texts of ordinary length. */
export function challengePage(page: ChallengePage): string {
  const title = escapeHtml(page.title);
  const seller = escapeHtml(page.seller);
  const price = escapeHtml(page.priceText);
  const test = page.isTest ? ' · <span class="test">Test network</span>' : "";
  const description = page.description === "" ? "" : `<p class="what">${escapeHtml(page.description)}</p>\n`;
  // A link must lead somewhere a browser fetches: a javascript: URL would survive escaping.
  const payUrl = /^(https?:\/)?\//i.test(page.payUrl) ? escapeHtml(page.payUrl) : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${title} · ${price}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<section class="card">
<p class="seller">${seller}${test}</p>
<h1>${title}</h1>
${description}<p class="price"><b>${price}</b><span class="on">USDC on ${escapeHtml(page.networkName)}, per call</span></p>
<a class="pay" href="${payUrl}">Pay ${price}</a>
</section>
<footer>
<h2>For developers</h2>
<ol>
<li>This is an x402 endpoint: <code>${escapeHtml(page.gatewayUrl)}</code></li>
<li>The offers are in the <code>PAYMENT-REQUIRED</code> header, and in the JSON body unless you ask for HTML.</li>
<li>An x402 client, such as <code>@x402/fetch</code>, pays and repeats the call by itself.</li>
</ol>
</footer>
</main>
</body>
</html>
`;
}
