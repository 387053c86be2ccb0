// @x402/hono as its README shows it, but for the facilitator.
import { serve } from "@hono/node-server";
import { paymentMiddleware } from "@x402/hono";
import { Hono } from "hono";
import { answer, sell } from "./sold.mjs";

const { routes, server } = sell(JSON.parse(process.argv[2]));
const app = new Hono();
app.use(paymentMiddleware(routes, server));
app.get("/now", (context) => context.json(answer));

serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.stdout.write(`${port}\n`));
process.once("SIGTERM", () => process.exit());
