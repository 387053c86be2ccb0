/** What the policy depends on. */
export interface PolicyTerms {
  /** Fresh for every request: Next puts it on its own scripts, and an injected one cannot know it. */
  nonce: string;
  /** Where pages call paid URLs. */
  gatewayOrigin: string;
  /** React explains its errors with eval while it is developed. */
  dev: boolean;
}

/**
 * The Content-Security-Policy of every page: text of a merchant's that got into a page as markup (stored XSS) runs
 * nothing and sends nothing anywhere. A script runs by its nonce or because one that did loaded it: 'self' would let in
 * what upstreams answer under /g on the same host. Wallets speak through their extension, which no policy binds.
 */
export function pagePolicy({ nonce, gatewayOrigin, dev }: PolicyTerms): string {
  return Object.entries({
    "default-src": "'self'",
    "script-src": `'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    // Charts and wallet icons are placed by style attributes, and styles can run no script.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "connect-src": `'self' ${gatewayOrigin}`,
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
  })
    .map((directive) => directive.join(" "))
    .join("; ");
}
