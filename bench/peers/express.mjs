// @x402/express as its README shows it, but for the facilitator.
import { createServer } from "node:http";
import { paymentMiddleware } from "@x402/express";
import express from "express";
import { announce } from "./listen.mjs";
import { answer, sell } from "./sold.mjs";

const { routes, server } = sell(JSON.parse(process.argv[2]));
const app = express();
app.use(paymentMiddleware(routes, server));
app.get("/now", (_, response) => response.json(answer));

announce(createServer(app));
