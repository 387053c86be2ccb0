import type { NextConfig } from "next";

/**
 * What every page says whatever server is in front: no other site may guess its type, learn its address, or frame it.
 * The Content-Security-Policy has a nonce for each request, so lib/server/pages.ts sets it.
 */
const PAGE_HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "X-Frame-Options", value: "DENY" },
];

const config: NextConfig = {
  poweredByHeader: false,
  // Compression is for the proxy in front: here it would cost the gateway's core, and hold back what streams.
  compress: false,
  // It looks for its binary beside itself.
  serverExternalPackages: ["secp256k1"],
  // What the gateway answers brings headers of its own.
  headers: async () => [{ source: "/((?!g/).*)", headers: PAGE_HEADERS }],
  // TypeScript 7 has no JavaScript API, so Next cannot check types itself; `npm test` runs tsc.
  typescript: { ignoreBuildErrors: true },
  experimental: { useTypeScriptCli: true },
  // In development Next would print what forms send to the server, passwords included.
  logging: { serverFunctions: false },
};

export default config;
