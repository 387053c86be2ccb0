import { fillBooks } from "./books";
import { addCrowd } from "./crowd";
import { type House, openHouse, type Stall } from "./house";
import type { Step } from "./progress";

/** What a house of the library holds. */
interface Size {
  /** Payments of the merchant whose pages are read. */
  read: number;
  /** Payments of the merchant who exports them. */
  exported: number;
  /** Other merchants, with a hundred payments each. */
  merchants: number;
  /** Their endpoints, of the slugs that `slugOf` gives. */
  endpoints: number;
}

/** A house with pages and with a history. */
export interface Shelf extends Size {
  house: House;
  exporter: Stall;
}

/** Two houses to be compared: one that has just begun to sell, and one that has for long. */
export interface Library {
  young: Shelf;
  old: Shelf;
}

/** The merchants whose pages are read and whose payments are exported, by the names of their accounts. */
export const READER = "reader";
const EXPORTER = "exporter";

const OTHERS_PAYMENTS = 100;
const SLUGS = Array.from({ length: 10 }, (_, n) => `bench-books-${n}`);

const SIZES: Record<"full" | "quick", Record<keyof Library, Size>> = {
  full: {
    young: { read: 10_000, exported: 1_000, merchants: 10, endpoints: 10 },
    old: { read: 10_000_000, exported: 2_000_000, merchants: 998, endpoints: 100_000 },
  },
  quick: {
    young: { read: 1_000, exported: 100, merchants: 10, endpoints: 10 },
    old: { read: 50_000, exported: 20_000, merchants: 98, endpoints: 2_000 },
  },
};

/** Opens both houses, with all roles as `npm start` has them, and fills them; at full size that takes a while. */
export async function openLibrary(
  size: "full" | "quick",
  upstreamPort: number,
  open: (start: () => Promise<House>) => Promise<House>,
  step: Step,
): Promise<Library> {
  const shelf = async (name: keyof Library): Promise<Shelf> => {
    const holds = SIZES[size][name];
    step(`starting the ${name} house`);
    const house = await open(() => openHouse("web,gateway,worker"));
    const upstream = `http://127.0.0.1:${upstreamPort}`;
    const reader = await house.sell(SLUGS, upstream, READER);
    const exporter = await house.sell([`${EXPORTER}-endpoint`], upstream, EXPORTER);
    step(`adding ${holds.endpoints} endpoints`);
    const others = await addCrowd(house, reader, holds);
    const books = [
      { ...reader, payments: holds.read },
      { ...exporter, payments: holds.exported },
      ...others.map((stall) => ({ ...stall, payments: OTHERS_PAYMENTS })),
    ];
    await fillBooks(house, books, (what) => step(`the ${name} house: ${what}`));
    return { ...holds, house, exporter };
  };
  return { young: await shelf("young"), old: await shelf("old") };
}
