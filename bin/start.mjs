import { register } from "tsx/esm/api";

const dev = process.argv.includes("--dev");
process.env.NODE_ENV = dev ? "development" : "production";
process.env.NEXT_TELEMETRY_DISABLED = "1";
register();
const { main } = await import("../lib/server/main.ts");
await main({ dev });
