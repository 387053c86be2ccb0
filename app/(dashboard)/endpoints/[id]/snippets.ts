import { formatUnits } from "@/lib/money";

/** The call a snippet makes. */
export interface SnippetCall {
  url: string;
  method: string;
  /** Null when it is free. */
  priceMicroUsd: bigint | null;
}

/** A way to call an endpoint from code: its name in the tabs, what it needs, and the code itself. */
export interface Snippet {
  id: string;
  label: string;
  /** What to do before it runs. */
  sentence: string;
  install: string | null;
  code: string;
}

/** A value as a literal of JavaScript, Python and JSON alike. */
const quote = (text: string) => JSON.stringify(text);

/** A value in single quotes for a POSIX shell. */
const shell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** What x402 clients pay for one call unless they are told a higher limit: $1. */
const CLIENT_LIMIT_MICRO_USD = 1_000_000n;

/** The limit a client must be told for this call, or null when its own is high enough. */
function limitFor({ priceMicroUsd }: SnippetCall): string | null {
  if (priceMicroUsd === null || priceMicroUsd <= CLIENT_LIMIT_MICRO_USD) return null;
  return `$${formatUnits(priceMicroUsd, 6)}`;
}

/** Sets up a client in JavaScript, the same for every snippet in it. */
function payingFetch(call: SnippetCall): string {
  const limit = limitFor(call);
  const controls =
    limit === null ? "" : `\nclient.setSpendControls({ maxAmountPerPayment: ${quote(limit)} });`;
  return `const account = privateKeyToAccount(process.env.PAYER_KEY);
const client = new x402Client().register("eip155:*", new ExactEvmScheme(account));${controls}
const fetchPaid = wrapFetchWithPayment(fetch, client);`;
}

function fetchCall({ url, method }: SnippetCall): string {
  return `fetchPaid(${quote(url)}${method === "GET" ? "" : `, { method: ${quote(method)} }`})`;
}

function curl({ url, method }: SnippetCall): string {
  const verb = method === "GET" ? "" : `-X ${method} `;
  return `# The offers come in the PAYMENT-REQUIRED header.
curl -i ${verb}${shell(url)}

# With a payment that an x402 client signed.
curl -i ${verb}${shell(url)} \\
  -H "PAYMENT-SIGNATURE: $PAYMENT"`;
}

function fetchClient(call: SnippetCall): string {
  return `import { ExactEvmScheme } from "@x402/evm/exact/client";
import { wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";

${payingFetch(call)}

const response = await ${fetchCall(call)};
console.log(response.status, await response.text());`;
}

function python(call: SnippetCall): string {
  const limit = limitFor(call);
  const controls =
    limit === null ? "" : `\nclient.set_spend_controls({"max_amount_per_payment": ${quote(limit)}})`;
  return `import os

from eth_account import Account
from x402 import x402ClientSync
from x402.http.clients import x402_requests
from x402.mechanisms.evm import EthAccountSigner
from x402.mechanisms.evm.exact.register import register_exact_evm_client

client = x402ClientSync()
register_exact_evm_client(client, EthAccountSigner(Account.from_key(os.environ["PAYER_KEY"])))${controls}

with x402_requests(client) as session:
    response = session.request(${quote(call.method)}, ${quote(call.url)})
    print(response.status_code, response.text)`;
}

function mcp(call: SnippetCall, name: string): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  const tool = words || "paid_call";
  return `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";

${payingFetch(call)}

const server = new McpServer({ name: ${quote(name)}, version: "1.0.0" });
server.registerTool(${quote(tool)}, { description: ${quote(`Calls ${name} and pays for it.`)} }, async () => {
  const response = await ${fetchCall(call)};
  return { content: [{ type: "text", text: await response.text() }], isError: !response.ok };
});
await server.connect(new StdioServerTransport());`;
}

/** How to call an endpoint from code, each way complete: it runs as it stands. */
export function snippetsFor(call: SnippetCall, name: string): Snippet[] {
  return [
    {
      id: "curl",
      label: "curl",
      sentence: "See what the gateway answers, unpaid and paid.",
      install: null,
      code: curl(call),
    },
    {
      id: "fetch",
      label: "@x402/fetch",
      sentence:
        "Save as pay.mjs and run it with PAYER_KEY set to the private key of a wallet that holds the money.",
      install: "npm install @x402/fetch @x402/evm viem",
      code: fetchClient(call),
    },
    {
      id: "python",
      label: "Python",
      sentence:
        "Save as pay.py and run it with PAYER_KEY set to the private key of a wallet that holds the money.",
      install: "pip install 'x402[requests,evm]'",
      code: python(call),
    },
    {
      id: "mcp",
      label: "MCP",
      sentence:
        "Save as pay-mcp.mjs and add it to an MCP client, such as Claude Desktop, as a server with the command “node”, this file, and PAYER_KEY in its environment. The agent gets a tool that pays by itself.",
      install: "npm install @modelcontextprotocol/sdk @x402/fetch @x402/evm viem",
      code: mcp(call, name),
    },
  ];
}
