/** The call a snippet makes. */
export interface SnippetCall {
  url: string;
  method: string;
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

function curl({ url, method }: SnippetCall): string {
  const verb = method === "GET" ? "" : `-X ${method} `;
  return `# The offers come in the PAYMENT-REQUIRED header.
curl -i ${verb}${shell(url)}

# With a payment that an x402 client signed.
curl -i ${verb}${shell(url)} \\
  -H "PAYMENT-SIGNATURE: $PAYMENT"`;
}

function fetchClient({ url, method }: SnippetCall): string {
  const options = method === "GET" ? "" : `, { method: ${quote(method)} }`;
  return `import { ExactEvmScheme } from "@x402/evm/exact/client";
import { wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";

const account = privateKeyToAccount(process.env.PAYER_KEY);
const client = new x402Client().register("eip155:*", new ExactEvmScheme(account));
const fetchPaid = wrapFetchWithPayment(fetch, client);

const response = await fetchPaid(${quote(url)}${options});
console.log(response.status, await response.text());`;
}

function python({ url, method }: SnippetCall): string {
  return `import os

from eth_account import Account
from x402 import x402ClientSync
from x402.http.clients import x402_requests
from x402.mechanisms.evm import EthAccountSigner
from x402.mechanisms.evm.exact.register import register_exact_evm_client

client = x402ClientSync()
register_exact_evm_client(client, EthAccountSigner(Account.from_key(os.environ["PAYER_KEY"])))

with x402_requests(client) as session:
    response = session.request(${quote(method)}, ${quote(url)})
    print(response.status_code, response.text)`;
}

function mcp({ url, method }: SnippetCall, name: string): string {
  const tool =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "") || "paid_call";
  const options = method === "GET" ? "" : `, { method: ${quote(method)} }`;
  return `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";

const account = privateKeyToAccount(process.env.PAYER_KEY);
const client = new x402Client().register("eip155:*", new ExactEvmScheme(account));
const fetchPaid = wrapFetchWithPayment(fetch, client);

const server = new McpServer({ name: ${quote(name)}, version: "1.0.0" });
server.registerTool(${quote(tool)}, { description: ${quote(`Calls ${name} and pays for it.`)} }, async () => {
  const response = await fetchPaid(${quote(url)}${options});
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
