import type { Address } from "viem";

/** What is publicly known of a chain. */
export interface PublicChain {
  chainId: number;
  /** For people. */
  name: string;
  /** Its money is worth nothing. */
  test?: true;
  /** What gas is paid in; everywhere with 18 decimals. */
  gasSymbol: string;
  /** An RPC that anyone may use, for wallets. */
  rpcUrl: string;
  /** Without a trailing slash. */
  explorerUrl: string;
  blockTimeMs?: number;
  /** Only where Multicall3 does not lie at its usual address. */
  multicall3?: Address;
}

/**
 * The chains that Farebox can be switched on for, as `viem/chains` describes them: a test holds the two together. That
 * module cannot be had in parts, and loading all its hundreds of chains was a third of the start of every process.
 */
export const PUBLIC_CHAINS: readonly PublicChain[] = [
  {
    chainId: 8453,
    name: "Base",
    gasSymbol: "ETH",
    rpcUrl: "https://mainnet.base.org",
    explorerUrl: "https://basescan.org",
    blockTimeMs: 2000,
  },
  {
    chainId: 84532,
    name: "Base Sepolia",
    test: true,
    gasSymbol: "ETH",
    rpcUrl: "https://sepolia.base.org",
    explorerUrl: "https://sepolia.basescan.org",
    blockTimeMs: 2000,
  },
  {
    chainId: 1,
    name: "Ethereum",
    gasSymbol: "ETH",
    rpcUrl: "https://ethereum.reth.rs/rpc",
    explorerUrl: "https://etherscan.io",
    blockTimeMs: 12000,
  },
  {
    chainId: 43114,
    name: "Avalanche",
    gasSymbol: "AVAX",
    rpcUrl: "https://api.avax.network/ext/bc/C/rpc",
    explorerUrl: "https://snowtrace.io",
    blockTimeMs: 1700,
  },
  {
    chainId: 143,
    name: "Monad",
    gasSymbol: "MON",
    rpcUrl: "https://rpc.monad.xyz",
    explorerUrl: "https://monadscan.com",
    blockTimeMs: 400,
  },
  {
    chainId: 988,
    name: "Stable Mainnet",
    gasSymbol: "USDT0",
    rpcUrl: "https://rpc.stable.xyz",
    explorerUrl: "https://stablescan.xyz",
    blockTimeMs: 700,
  },
  {
    chainId: 2201,
    name: "Stable Testnet",
    test: true,
    gasSymbol: "USDT0",
    rpcUrl: "https://rpc.testnet.stable.xyz",
    explorerUrl: "https://testnet.stablescan.xyz",
    blockTimeMs: 700,
  },
  {
    chainId: 137,
    name: "Polygon",
    gasSymbol: "POL",
    rpcUrl: "https://polygon.drpc.org",
    explorerUrl: "https://polygonscan.com",
    blockTimeMs: 2000,
  },
  {
    chainId: 42161,
    name: "Arbitrum One",
    gasSymbol: "ETH",
    rpcUrl: "https://arb1.arbitrum.io/rpc",
    explorerUrl: "https://arbiscan.io",
    blockTimeMs: 250,
  },
  {
    chainId: 421614,
    name: "Arbitrum Sepolia",
    test: true,
    gasSymbol: "ETH",
    rpcUrl: "https://sepolia-rollup.arbitrum.io/rpc",
    explorerUrl: "https://sepolia.arbiscan.io",
    blockTimeMs: 250,
  },
  {
    chainId: 36900,
    name: "ADI Chain",
    gasSymbol: "ADI",
    rpcUrl: "https://rpc.adifoundation.ai",
    explorerUrl: "https://explorer.adifoundation.ai",
  },
  {
    chainId: 190415,
    name: "HPP Mainnet",
    gasSymbol: "ETH",
    rpcUrl: "https://mainnet.hpp.io",
    explorerUrl: "https://explorer.hpp.io",
  },
  {
    chainId: 181228,
    name: "HPP Sepolia",
    test: true,
    gasSymbol: "ETH",
    rpcUrl: "https://testnet.hpp.io",
    explorerUrl: "https://sepolia-explorer.hpp.io",
  },
  {
    chainId: 50,
    name: "XDC Network",
    gasSymbol: "XDC",
    rpcUrl: "https://rpc.xdcrpc.com",
    explorerUrl: "https://xdcscan.com",
    multicall3: "0x0B1795ccA8E4eC4df02346a082df54D437F8D9aF",
  },
  {
    chainId: 51,
    name: "Apothem Network",
    test: true,
    gasSymbol: "TXDC",
    rpcUrl: "https://erpc.apothem.network",
    explorerUrl: "https://testnet.xdcscan.com",
  },
  {
    chainId: 14,
    name: "Flare Mainnet",
    gasSymbol: "FLR",
    rpcUrl: "https://flare-api.flare.network/ext/C/rpc",
    explorerUrl: "https://flare-explorer.flare.network",
  },
  {
    chainId: 42220,
    name: "Celo",
    gasSymbol: "CELO",
    rpcUrl: "https://forno.celo.org",
    explorerUrl: "https://celoscan.io",
    blockTimeMs: 1000,
  },
  {
    chainId: 11142220,
    name: "Celo Sepolia Testnet",
    test: true,
    gasSymbol: "S-CELO",
    rpcUrl: "https://forno.celo-sepolia.celo-testnet.org",
    explorerUrl: "https://celo-sepolia.blockscout.com",
    blockTimeMs: 1000,
  },
  {
    chainId: 1329,
    name: "Sei Network",
    gasSymbol: "SEI",
    rpcUrl: "https://evm-rpc.sei-apis.com",
    explorerUrl: "https://seiscan.io",
  },
  {
    chainId: 1328,
    name: "Sei Testnet",
    test: true,
    gasSymbol: "SEI",
    rpcUrl: "https://evm-rpc-testnet.sei-apis.com",
    explorerUrl: "https://testnet.seiscan.io",
  },
];
