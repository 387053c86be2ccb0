// Loaded before the product by `node --import`: its resolvers ask the campaign's name server instead of the one that
// /etc/resolv.conf names, and every TCP connection that is tried is noted, also those to addresses nobody listens on.
import diagnostics from "node:diagnostics_channel";
import dns from "node:dns/promises";
import { appendFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { FAREBOX_CAMPAIGN_DNS: server = "", FAREBOX_CAMPAIGN_CONNECTIONS: notes = "" } = process.env;
const SystemResolver = dns.Resolver;

dns.Resolver = class extends SystemResolver {
  constructor(options) {
    super(options);
    this.setServers([server]);
  }
};
syncBuiltinESMExports();

diagnostics.subscribe("net.client.socket", ({ socket }) => {
  socket.on("connectionAttempt", (address, port) => {
    // Pipes to processes of its own have no port.
    if (port !== undefined) appendFileSync(notes, `${address} ${port}\n`);
  });
});
