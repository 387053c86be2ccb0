import type { Random } from "@/e2e/campaigns/random";
import type { Stack } from "@/e2e/campaigns/stack";
import { type Lane, openLane } from "./lane";

/** Keeps a lane for one sequence after the other, and opens another when one failed and left its lane in disorder. */
export class LaneKeeper {
  #lane: Lane | null = null;
  #opened = 0;

  constructor(
    readonly stack: Stack,
    readonly name: string,
    readonly random: Random,
  ) {}

  /** Runs a sequence in the lane; throws what it throws. */
  async use(sequence: (lane: Lane) => Promise<void>): Promise<void> {
    try {
      this.#lane ??= await this.#open();
      await sequence(this.#lane);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const lane = this.#lane;
    this.#lane = null;
    await lane?.close();
  }

  #open(): Promise<Lane> {
    const number = this.#opened++;
    return openLane(this.stack, `${this.name}_${number}`, this.random.fork(`${number}`));
  }
}
