// Writes the JSON beside each contract; run with: npx tsx lib/localnet/contracts/compile.ts
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const folder = dirname(fileURLToPath(import.meta.url));

interface Output {
  errors?: { severity: string; formattedMessage: string }[];
  contracts: Record<
    string,
    Record<
      string,
      { abi: unknown; evm: { bytecode: { object: string }; deployedBytecode: { object: string } } }
    >
  >;
}

function compile(name: string): void {
  const file = `${name}.sol`;
  const input = {
    language: "Solidity",
    sources: { [file]: { content: readFileSync(join(folder, file), "utf8") } },
    settings: {
      evmVersion: "cancun",
      viaIR: true,
      optimizer: { enabled: true, runs: 10_000 },
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
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(artifact, null, 1)}\n`);
}

for (const name of ["LocalUsdc", "Multicall3", "ContractWallet"]) compile(name);
