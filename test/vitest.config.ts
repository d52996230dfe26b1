// `npm test` runs every test; `npm run test:change` (mode `change`) what is too slow for it: `*.change.test.ts`,
// and all properties again with many more runs.

import { defineConfig } from "vitest/config";

import { TallyReporter } from "./support/tally-reporter.ts";

const config: ReturnType<typeof defineConfig> = defineConfig(({ mode }) => {
  const isChangeTier = mode === "change";
  return {
    test: {
      root: ".",
      include: isChangeTier
        ? ["test/**/*.property.test.ts", "test/**/*.change.test.ts"]
        : ["test/**/*.test.ts"],
      exclude: isChangeTier ? [] : ["test/**/*.change.test.ts"],
      env: { TIDEMARK_TEST_TIER: isChangeTier ? "change" : "test" },
      globalSetup: ["test/support/setup.ts"],
      setupFiles: ["test/support/properties.ts"],
      reporters: ["default", new TallyReporter()],
      // Most of the time is spent waiting for processes of our own; one worker a core would leave a core idle.
      maxWorkers: 2,
      sequence: { shuffle: true },
      restoreMocks: true,
      unstubEnvs: true,
      unstubGlobals: true,
      testTimeout: isChangeTier ? 300_000 : 30_000,
    },
  };
});

export default config;
