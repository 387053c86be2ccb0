// Writes the JSON beside each contract; run with: npx tsx lib/localnet/contracts/compile.ts
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** The contracts of this folder. */
export const CONTRACTS = ["LocalUsdc", "Multicall3", "ContractWallet", "OddUsdc"] as const;

interface Output {
  errors?: { formattedMessage: string }[];
  contracts: Record<
    string,
    Record<
      string,
      { abi: unknown; evm: { bytecode: { object: string }; deployedBytecode: { object: string } } }
    >
  >;
}

/** Where a contract's compiled JSON stands: its ABI, and its bytecode before and after deployment. */
export function artifactPath(name: string): string {
  return join(folder, `${name}.json`);
}

/** Compiles a contract to the text of its JSON; throws on any error or warning of the compiler. */
export function compile(name: string): string {
  const file = `${name}.sol`;
  const input = {
    language: "Solidity",
    sources: { [file]: { content: readFileSync(join(folder, file), "utf8") } },
    settings: {
      evmVersion: "cancun",
      viaIR: true,
      optimizer: { enabled: true, runs: 10_000 },
      // Without a hash of the sources, the same code compiles to the same bytes everywhere.
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as Output;
  const faults = (output.errors ?? []).map((error) => error.formattedMessage);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  const contract = output.contracts[file]?.[name];
  if (!contract) throw new Error(`${file} holds no contract ${name}`);
  const { abi, evm } = contract;
  const artifact = {
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
  };
  return `${JSON.stringify(artifact, null, 1)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of CONTRACTS) writeFileSync(artifactPath(name), compile(name));
}
