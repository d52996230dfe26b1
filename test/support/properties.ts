// Runs before each test file: how often fast-check repeats a property. The change tier repeats more, with new seeds.

import { configureGlobal } from "fast-check";

const runs = process.env["TIDEMARK_TEST_TIER"] === "change" ? 2_000 : 100;
configureGlobal({ numRuns: runs });
