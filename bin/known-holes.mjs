/**
 * Holes of packages that are in our tree, or were: what an audit knows where no registry can be asked. Whoever mends one
 * adds it here, so that no later change brings it back unseen.
 */
export const KNOWN_HOLES = [
  { name: "drizzle-orm", fixedIn: "0.45.2", advisory: "GHSA-gpj5-g38j-94v9 (SQL injection)" },
  // No version mends it; package.json puts another package in its place, since nothing of ours loads it.
  { name: "elliptic", fixedIn: "7.0.0", advisory: "GHSA-848j-6mx2-7j84 (signs wrongly)" },
  { name: "esbuild", fixedIn: "0.25.0", advisory: "GHSA-67mh-4wv8-2f99 (any site may ask its server)" },
  { name: "esbuild", fixedIn: "0.28.1", advisory: "GHSA-gv7w-rqvm-qjhr and GHSA-g7r4-m6w7-qqqr" },
  { name: "next", fixedIn: "16.1.7", advisory: "CVE-2025-55182, CVE-2026-27978 and CVE-2026-64641" },
  { name: "next-auth", fixedIn: "4.24.12", advisory: "GHSA-5jpx-9hw9-2fx4 (mail to the wrong person)" },
  { name: "postcss", fixedIn: "8.5.10", advisory: "GHSA-qx2v-qp2m-jg93 (style breaks out)" },
  { name: "tmp", fixedIn: "0.2.4", advisory: "GHSA-52f5-9888-hmc6 (writes through links)" },
  { name: "uuid", fixedIn: "11.1.1", advisory: "GHSA-w5hq-g745-h8pq (writes out of bounds)" },
  { name: "ws", fixedIn: "8.21.0", advisory: "GHSA-96hv-2xvq-fx4p (denial of service)" },
];
